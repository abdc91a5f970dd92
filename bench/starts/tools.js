// Tools that every starting process makes, without the types that only cost it time.
import * as z from 'zod'

/** `add`, and as many others of six fields as `BENCH_TOOLS` asks for. */
export function createTools() {
  const count = Number(process.env.BENCH_TOOLS ?? 1)
  const others = Array.from({ length: count - 1 }, (_, index) => createOther(index))
  return [
    { name: 'add', description: 'Adds two numbers.', input: z.object({ a: z.number(), b: z.number() }) },
  ].concat(others)
}

function createOther(index) {
  const input = z.object({
    query: z.string().min(1).max(500).describe('What to look for'),
    status: z.enum(['open', 'in_progress', 'closed']).describe('Only those in this state'),
    tags: z.array(z.string().max(40)).max(16).describe('Every tag must be there'),
    limit: z.number().int().min(1).max(200).describe('Most records'),
    assignee: z.object({ id: z.string(), role: z.enum(['owner', 'editor', 'viewer']) }),
    range: z.object({ from: z.string(), to: z.string() }),
  })
  return { name: `search_${index}`, description: `Searches the records of kind ${index}.`, input }
}
