const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** What a worker thread runs. The build puts it beside the file that this module becomes part of. */
export const workerMain: URL = new URL(`./worker-main.${extension}`, import.meta.url)
