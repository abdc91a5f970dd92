import { z } from 'zod'
import { refuse } from '../refusal.ts'
import { fetchJson, type Upstream } from '../upstream/fetch-json.ts'
import { UpstreamUnavailableError } from '../upstream/unavailable-error.ts'
import type { CityNotFound, Weather, WeatherQuestion, WeatherSource } from './weather.service.ts'

/** Where weatherapi.com is, and who asks. */
export interface WeatherApiOptions {
  /** Base URL of the forecast. */
  url: string
  /** The account's key. Secret. */
  key: string
  /** How to reach it. */
  upstream: Upstream
}

const clockTime = z.string().regex(/^\d{1,2}:\d{2} [AP]M$/)

const forecastSchema = z.object({
  location: z.object({
    name: z.string().min(1).max(200),
    region: z.string().max(200),
    country: z.string().max(200),
    lat: z.number().min(-90).max(90),
    lon: z.number().min(-180).max(180),
    tz_id: z.string().max(100),
  }),
  current: z.object({
    last_updated: z.string().max(30),
    temp_c: z.number(),
    temp_f: z.number(),
    humidity: z.number().min(0).max(100),
    wind_kph: z.number().min(0),
    wind_mph: z.number().min(0),
    condition: z.object({ text: z.string().max(200) }),
  }),
  forecast: z.object({
    forecastday: z
      .array(
        z.object({
          date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
          astro: z.object({ sunrise: clockTime, sunset: clockTime }),
        }),
      )
      .min(1)
      .max(10),
  }),
})

const refusalSchema = z.object({ error: z.object({ code: z.int() }) })

/** Their code for a place that they do not know. */
const NO_LOCATION_FOUND = 1006

type Forecast = z.infer<typeof forecastSchema>

/** The weather by weatherapi.com, which finds the place and tells the weather in one request. */
export function createWeatherApiSource(options: WeatherApiOptions): WeatherSource {
  return {
    async getWeather(question, signal) {
      const { status, body } = await fetchJson(options.upstream, { url: toUrl(options, question), signal })
      if (status === 400 && refusalSchema.safeParse(body).data?.error.code === NO_LOCATION_FOUND) {
        return refuse('city_not_found', { city: question.city, country_code: question.country_code })
      }
      const parsed = forecastSchema.safeParse(body)
      if (status !== 200 || !parsed.success)
        throw new UpstreamUnavailableError(toSentence(options, status), 60_000)
      return toWeather(question, parsed.data)
    },
  }
}

function toSentence({ upstream }: WeatherApiOptions, status: number): string {
  if (status === 401 || status === 403) return `${upstream.name} refused the key in WEATHER_API_KEY.`
  return `${upstream.name} answered ${status} in an unknown shape.`
}

function toUrl({ url: base, key }: WeatherApiOptions, { city, country_code }: WeatherQuestion): URL {
  const url = new URL(base)
  const country = new Intl.DisplayNames('en', { type: 'region' }).of(country_code) ?? country_code
  url.searchParams.set('key', key)
  url.searchParams.set('q', `${city}, ${country}`)
  url.searchParams.set('days', '1')
  url.searchParams.set('aqi', 'no')
  url.searchParams.set('alerts', 'no')
  return url
}

function toWeather(
  { units }: WeatherQuestion,
  { location, current, forecast }: Forecast,
): Weather | CityNotFound {
  const isMetric = units === 'celsius'
  const today = forecast.forecastday[0]
  return {
    place: {
      name: location.name,
      region: location.region || null,
      country: location.country,
      latitude: location.lat,
      longitude: location.lon,
    },
    temperature: isMetric ? current.temp_c : current.temp_f,
    humidity_percent: current.humidity,
    wind_speed: isMetric ? current.wind_kph : current.wind_mph,
    condition: current.condition.text,
    sunrise: toLocalTime(today?.date, today?.astro.sunrise),
    sunset: toLocalTime(today?.date, today?.astro.sunset),
    timezone: location.tz_id,
    observed_at: current.last_updated.replace(' ', 'T'),
    units: { temperature: isMetric ? '°C' : '°F', wind_speed: isMetric ? 'km/h' : 'mph' },
  }
}

/** `2026-05-01` and `06:12 PM` as `2026-05-01T18:12`, the form that Open-Meteo uses. */
function toLocalTime(date = '', time = ''): string {
  const [hour = '0', minute = '00'] = time.slice(0, -3).split(':')
  const hour24 = (Number(hour) % 12) + (time.endsWith('PM') ? 12 : 0)
  return `${date}T${String(hour24).padStart(2, '0')}:${minute}`
}
