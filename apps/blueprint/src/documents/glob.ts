/**
 * Makes a test for paths out of a pattern: `*` is any text within a name, `?` one character, `**` any folders.
 * A pattern without `/` is for the name of the file alone; letters match in either case. Time is bounded by the
 * length of pattern times path, whatever the pattern.
 */
export function createGlob(pattern: string): (path: string) => boolean {
  const parts = pattern.normalize('NFC').toLowerCase().split('/').filter(Boolean)
  if (parts.length === 0) return () => false
  const wanted = parts.length > 1 || parts[0] === '**' ? parts : ['**', ...parts]
  return (path) =>
    isMatch(wanted, path.normalize('NFC').toLowerCase().split('/'), { wild: '**', isFit: isName })
}

type Fit = (wanted: string, item: string) => boolean

function isName(pattern: string, name: string): boolean {
  const isFit: Fit = (wanted, character) => wanted === '?' || wanted === character
  return isMatch([...pattern], [...name], { wild: '*', isFit })
}

/** Matches lists in which `wild` stands for any number of items. On a misfit only the last `wild` is tried again. */
function isMatch(wanted: string[], items: string[], { wild, isFit }: { wild: string; isFit: Fit }): boolean {
  let at = 0
  let wildAt = -1
  let wildItem = 0
  for (let item = 0; item < items.length; ) {
    const want = wanted[at]
    if (want === wild) {
      wildAt = at
      wildItem = item
      at += 1
    } else if (want !== undefined && isFit(want, items[item] ?? '')) {
      at += 1
      item += 1
    } else if (wildAt >= 0) {
      wildItem += 1
      at = wildAt + 1
      item = wildItem
    } else return false
  }
  while (wanted[at] === wild) at += 1
  return at === wanted.length
}
