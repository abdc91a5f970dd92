/** What can be said of a text at one glance. */
export interface Hints {
  /** Whether it has a word as long as secrets are that are known by how they begin. */
  readonly hasLongWord: boolean
  /** Whether it has what stands between a name and its value, or between a scheme and its URL. */
  readonly hasMark: boolean
}

/** The shortest of those secrets is a token in three parts. */
const minWordChars = 14

const wordChar = 1
const mark = 2
/** By the code of a character. */
const kinds = new Uint8Array(128)
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.~+/-') {
  kinds[char.charCodeAt(0)] = wordChar
}
for (const char of ':=') kinds[char.charCodeAt(0)] = mark

/** Looks at each character once. */
export function lookAt(text: string): Hints {
  let hasLongWord = false
  let hasMark = false
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? kinds[code] : 0
    if (kind === wordChar) run++
    else run = 0
    if (run >= minWordChars) hasLongWord = true
    if (kind === mark) hasMark = true
  }
  return { hasLongWord, hasMark }
}
