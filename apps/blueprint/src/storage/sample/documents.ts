/** One sample document: a file under the docs root, and a row in the index. */
export interface SampleDocument {
  /** Path under the docs root. */
  path: string
  /** Shelf it stands on; absent for the readme, which stands on none. */
  category?: 'legal' | 'finance' | 'engineering'
  /** The text, Markdown with its title as first heading. */
  body: string
}

/** What a fresh docs directory holds. */
export const sampleDocuments: readonly SampleDocument[] = [
  {
    path: 'readme.md',
    body: `# Company handbook

These documents come with the server. Ask \`search_documents\` for words in them, \`search_files\` for their
names, or read one by its address, such as \`docs://legal/data-retention.md\`.

- legal: retention, privacy, vendor contracts
- finance: expenses, invoices, quarterly close
- engineering: incidents, releases, on-call
`,
  },
  {
    path: 'legal/data-retention.md',
    category: 'legal',
    body: `# Data retention policy

Customer records are kept for seven years after the end of a contract, then erased. Access logs are kept for
90 days. A legal hold suspends erasure until the legal team lifts it in writing. Backups expire after 35 days.
`,
  },
  {
    path: 'legal/privacy-notice.md',
    category: 'legal',
    body: `# Privacy notice

We process personal data to deliver orders and to answer support requests. A person may ask for access,
correction or erasure of their personal data; we answer within 30 days. Data is stored in the European Union.
`,
  },
  {
    path: 'legal/vendor-contracts.md',
    category: 'legal',
    body: `# Vendor contracts

Every vendor contract above 10,000 needs a signature from legal and from finance. A contract names a notice
period of 60 days or less, a liability cap, and a data processing agreement where personal data is involved.
`,
  },
  {
    path: 'finance/expense-policy.md',
    category: 'finance',
    body: `# Expense policy

Travel expenses are repaid within 14 days of a complete report. Receipts are required above 25. Hotels are
capped at 180 a night, meals at 60 a day. Alcohol is not repaid.
`,
  },
  {
    path: 'finance/invoice-approval.md',
    category: 'finance',
    body: `# Invoice approval

An invoice is matched with its purchase order and approved by the budget owner. Invoices above 5,000 need a
second approval from finance. Payment runs happen every Thursday; terms are 30 days net.
`,
  },
  {
    path: 'finance/quarterly-close.md',
    category: 'finance',
    body: `# Quarterly close

The books close on the fifth working day after a quarter ends. Revenue is recognised when an order is
delivered. Open invoices older than 90 days are reviewed one by one before the close.
`,
  },
  {
    path: 'engineering/incident-response.md',
    category: 'engineering',
    body: `# Incident response

The on-call engineer declares an incident, opens a channel and names a lead. A severity one incident is
announced on the status page within 15 minutes. A review without blame follows within five working days.
`,
  },
  {
    path: 'engineering/release-process.md',
    category: 'engineering',
    body: `# Release process

Releases go out on weekdays before 15:00. A release is rolled out to five percent of traffic, watched for 30
minutes, then to everybody. A rollback needs no approval. Database migrations ship one release ahead of the code.
`,
  },
  {
    path: 'engineering/on-call.md',
    category: 'engineering',
    body: `# On-call guide

A shift lasts one week and hands over on Monday at 10:00. Page acknowledgement is due within five minutes.
Escalate to the secondary after 15 minutes. An incident at night earns the next morning off.
`,
  },
]
