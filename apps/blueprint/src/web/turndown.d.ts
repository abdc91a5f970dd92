/** The part of turndown that the blueprint uses. */
declare module 'turndown' {
  declare namespace TurndownService {
    /** An element, as rules see it. */
    interface Node {
      readonly nodeName: string
      readonly childNodes: { readonly length: number }
      readonly parentNode: Node | null
      readonly previousElementSibling: Node | null
      getAttribute(name: string): string | null
    }

    type Filter = string | readonly string[] | ((node: Node) => boolean)

    interface Rule {
      readonly filter: Filter
      readonly replacement: (content: string, node: Node) => string
    }

    interface Options {
      readonly headingStyle?: 'setext' | 'atx'
      readonly codeBlockStyle?: 'indented' | 'fenced'
      readonly bulletListMarker?: '-' | '+' | '*'
    }
  }

  class TurndownService {
    constructor(options?: TurndownService.Options)
    addRule(key: string, rule: TurndownService.Rule): this
    remove(filter: TurndownService.Filter): this
    turndown(html: string): string
  }

  export = TurndownService
}
