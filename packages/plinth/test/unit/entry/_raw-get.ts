import { get } from 'node:http'

/** A GET with headers that `fetch` does not let one choose. */
export function getRaw(url: string, headers: Record<string, string>): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0 })
    }).on('error', reject)
  })
}
