import { defineTool } from 'plinth'
import { z } from 'zod'

export const getWeather = defineTool({
  name: 'get_weather',
  title: 'Get the weather',
  description:
    'Gets the current weather of one city from a public weather service. Use it when the user asks about weather, ' +
    'temperature, wind, humidity, sunrise or sunset today. It has no forecast for other days. Give the country ' +
    'code whenever the city is outside the United States: "Paris" alone is Paris, Texas. Answers may be five ' +
    'minutes old. Times are local to the city.',
  input: z.object({
    city: z.string().trim().min(1).max(100).describe('City name, such as "Lisbon". No country, no street.'),
    country_code: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/)
      .default('US')
      .describe('ISO 3166-1 alpha-2 country code, such as "PT".'),
    units: z
      .enum(['celsius', 'fahrenheit'])
      .default('celsius')
      .describe('"celsius" also gives wind in km/h, "fahrenheit" in mph.'),
  }),
  output: z.object({
    place: z.object({
      name: z.string().max(200),
      region: z.string().max(200).nullable().describe('State or province, where known.'),
      country: z.string().max(200),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
    }),
    temperature: z.number().describe('Two metres above ground, in units.temperature.'),
    humidity_percent: z.number().min(0).max(100),
    wind_speed: z.number().min(0).describe('Ten metres above ground, in units.wind_speed.'),
    condition: z.string().max(200).describe('In words, such as "Light rain".'),
    sunrise: z.string().max(30).describe('Local time, such as 2026-05-01T06:12.'),
    sunset: z.string().max(30).describe('Local time, such as 2026-05-01T20:31.'),
    timezone: z.string().max(100).describe('IANA name, such as Europe/Lisbon.'),
    observed_at: z.string().max(30).describe('Local time of the measurement.'),
    units: z.object({ temperature: z.enum(['°C', '°F']), wind_speed: z.enum(['km/h', 'mph']) }),
  }),
  errors: {
    city_not_found: {
      message:
        'No city of that name is known in that country. Check the spelling, or give another country_code.',
      retry: false,
      details: z.object({ city: z.string().max(100), country_code: z.string().length(2) }),
    },
    weather_unavailable: {
      message: 'The weather service cannot be reached just now. Try again after retry_after_ms.',
      retry: true,
    },
  },
  effect: 'read',
  openWorld: true,
  // A little above the ten seconds that the service gives its requests, so that its own answer wins.
  timeoutMs: 12_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 1_000 },
  scopes: ['weather:read'],
})
