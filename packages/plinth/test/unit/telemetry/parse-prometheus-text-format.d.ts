// The package brings no types. What these tests use of it.
declare module 'parse-prometheus-text-format' {
  namespace parse {
    interface Family {
      readonly name: string
      readonly help: string
      readonly type: 'COUNTER' | 'GAUGE' | 'HISTOGRAM' | 'SUMMARY' | 'UNTYPED'
      readonly metrics: readonly {
        readonly value?: string
        readonly labels?: Readonly<Record<string, string>>
        readonly buckets?: Readonly<Record<string, string>>
      }[]
    }
  }

  function parse(text: string): parse.Family[]

  export = parse
}
