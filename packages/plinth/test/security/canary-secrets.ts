/** One secret of each form, with a part that must never be seen again. */
export const canaries = {
  bearer: ['Bearer canaryBEARERcanaryBEARER', 'canaryBEARER'],
  jwt: ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5SldU', 'Y2FuYXJ5SldU'],
  openai: ['sk-canaryOPENAIcanaryOPENAI00', 'canaryOPENAI'],
  github: ['ghp_canaryGITHUBcanaryGITHUB00', 'canaryGITHUB'],
  database: ['postgres://ada:canaryDATABASE@db:5432/app', 'canaryDATABASE'],
  named: ['password=canaryNAMED', 'canaryNAMED'],
} as const

/** Every secret that its form gives away. */
export const formed: readonly string[] = Object.values(canaries).map(([secret]) => secret)

/** Secrets without a form: known because they were given out, or because a contract or a name hides them. */
export const formless = {
  environment: 'canaryENVIRONMENT',
  configured: 'canaryCONFIGURED',
  field: 'canaryFIELD',
  path: 'canaryPATH',
  name: 'canaryBYNAME',
} as const

const parts = [...Object.values(canaries).map(([, part]) => part), ...Object.values(formless)]

/** The secrets that a text holds a part of. */
export function findLeaks(text: string): string[] {
  return parts.filter((part) => text.includes(part))
}
