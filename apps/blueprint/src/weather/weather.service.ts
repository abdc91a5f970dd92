import { type Refusal, refuse } from '../refusal.ts'
import { createSingleFlightCache } from '../upstream/single-flight-cache.ts'
import { UpstreamUnavailableError } from '../upstream/unavailable-error.ts'

/** Which place, in which units. */
export interface WeatherQuestion {
  /** The city's name. */
  city: string
  /** ISO 3166-1 alpha-2 code, upper case. */
  country_code: string
  /** Decides the unit of the temperature and of the wind. */
  units: 'celsius' | 'fahrenheit'
}

/** The weather at one place, now. */
export interface Weather {
  place: { name: string; region: string | null; country: string; latitude: number; longitude: number }
  temperature: number
  humidity_percent: number
  wind_speed: number
  condition: string
  sunrise: string
  sunset: string
  timezone: string
  observed_at: string
  units: { temperature: '°C' | '°F'; wind_speed: 'km/h' | 'mph' }
}

/** No place of that name in that country. */
export type CityNotFound = Refusal<'city_not_found', { city: string; country_code: string }>

/** The weather service cannot be used just now. */
export type WeatherUnavailable = Refusal<'weather_unavailable', { retry_after_ms: number }>

/** Somebody who knows the weather. One adapter each. */
export interface WeatherSource {
  /**
   * Looks outside, and gives up when `signal` aborts.
   *
   * @throws {UpstreamUnavailableError} when no usable answer came.
   */
  getWeather(question: WeatherQuestion, signal: AbortSignal): Promise<Weather | CityNotFound>
}

/** Tells the weather, and remembers it for a while. */
export interface WeatherService {
  /** The weather, at most five minutes old. Rejects with the reason of `signal` when that aborts first. */
  getWeather(
    question: WeatherQuestion,
    signal: AbortSignal,
  ): Promise<Weather | CityNotFound | WeatherUnavailable>
}

/** Options of the weather service. */
export interface WeatherServiceOptions {
  /** Who knows the weather. */
  source: WeatherSource
  /** Longest that all requests for one answer may take together, in milliseconds. Default `10_000`. */
  deadlineMs?: number
  /** Clock of the cache, in milliseconds. Default `Date.now`. */
  now?: () => number
}

/** What a caller is told to wait after a deadline has passed. */
const RETRY_AFTER_DEADLINE_MS = 30_000

/** Creates the service. Answers are shared by everybody: the weather belongs to no tenant. */
export function createWeatherService(options: WeatherServiceOptions): WeatherService {
  const { source, deadlineMs = 10_000, now = Date.now } = options
  const cache = createSingleFlightCache<Weather | CityNotFound>({ maxEntries: 500, ttlMs: 300_000, now })

  async function load(question: WeatherQuestion, nobodyWaits: AbortSignal): Promise<Weather | CityNotFound> {
    const deadline = AbortSignal.timeout(deadlineMs)
    try {
      return await source.getWeather(question, AbortSignal.any([nobodyWaits, deadline]))
    } catch (error) {
      if (!deadline.aborted) throw error
      const message = `No answer within ${deadlineMs} ms.`
      throw new UpstreamUnavailableError(message, RETRY_AFTER_DEADLINE_MS, { cause: error })
    }
  }

  return {
    async getWeather(question, signal) {
      try {
        return await cache.get(toKey(question), signal, (nobodyWaits) => load(question, nobodyWaits))
      } catch (error) {
        if (!(error instanceof UpstreamUnavailableError)) throw error
        return refuse('weather_unavailable', { retry_after_ms: error.retryAfterMs })
      }
    },
  }
}

function toKey({ city, country_code, units }: WeatherQuestion): string {
  return JSON.stringify([city.trim().toLowerCase(), country_code, units])
}
