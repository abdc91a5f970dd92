import { definePrompt } from 'plinth'
import { z } from 'zod'

export const analyzeCode = definePrompt({
  name: 'analyze_code',
  title: 'Analyse code',
  scopes: ['code:read'],
  description:
    'Asks the assistant to explain a piece of code, find its bugs and security problems, and correct it.',
  input: z.object({
    language: z
      .string()
      .trim()
      .min(1)
      .max(30)
      .regex(/^[A-Za-z0-9+#._-]+$/)
      .describe('Programming language, such as "typescript" or "c++".'),
    code: z.string().min(1).max(50_000).describe('The code, 1 to 50,000 characters.'),
  }),
})
