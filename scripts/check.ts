// Everything a change must pass besides `npm test`. Runs all of it, then names what failed.
import { runTool } from './run-tool.ts'

/** What a call and a start cost. Times are shown, because they say as much of the machine; counts are judged. */
const costs = 'counts,call,call-1000,realistic,list,structured,stdio,start,operated'

const steps: readonly (readonly [script: string, ...args: readonly string[]])[] = [
  ['lint'],
  ['typecheck'],
  ['build'],
  ['package'],
  ['api:check'],
  ['conformance'],
  ['bench', '--short', '--only', costs],
]

const failed: string[] = []
for (const [step, ...args] of steps) {
  const started = performance.now()
  const passed = runTool('npm', ['run', '--silent', step, '--', ...args])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${passed ? 'ok  ' : 'FAIL'} npm run ${step}  (${seconds} s)`)
  if (!passed) failed.push(step)
}

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. "npm run fix" repairs format and safe lint findings.`)
  process.exitCode = 1
}
