const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** What a worker thread runs. This module stays a file of its own in the package, so that the two are neighbours. */
export const workerMain: URL = new URL(`./worker-main.${extension}`, import.meta.url)
