// Everything a change must pass besides `npm test`. Runs all of it, then names what failed.
import { runTool } from './run-tool.ts'

const steps = ['lint', 'typecheck', 'build', 'package', 'api:check', 'conformance']

const failed: string[] = []
for (const step of steps) {
  const started = performance.now()
  const passed = runTool('npm', ['run', '--silent', step])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${passed ? 'ok  ' : 'FAIL'} npm run ${step}  (${seconds} s)`)
  if (!passed) failed.push(step)
}

if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}. "npm run fix" repairs format and safe lint findings.`)
  process.exitCode = 1
}
