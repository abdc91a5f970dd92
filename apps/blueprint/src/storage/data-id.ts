import type { OpenDatabase } from './storage.ts'

/** What tells this data from that of any other database. The same for all processes that share it. */
export async function readDataId({ db }: Pick<OpenDatabase, 'db'>): Promise<string> {
  const { id } = await db.selectFrom('data_id').select('id').executeTakeFirstOrThrow()
  return id
}
