// Makes the tables and the sample data of the database that the tests copy: `node _prepare-database.ts <url>`.
import { openPostgresStorage } from '../src/storage/open-postgres.ts'

const [url = ''] = process.argv.slice(2)
await (await openPostgresStorage(url)).close()
