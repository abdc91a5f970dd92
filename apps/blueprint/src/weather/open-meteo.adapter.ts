import { z } from 'zod'
import { refuse } from '../refusal.ts'
import { fetchJson, type Upstream } from '../upstream/fetch-json.ts'
import { UpstreamUnavailableError } from '../upstream/unavailable-error.ts'
import type { CityNotFound, Weather, WeatherQuestion, WeatherSource } from './weather.service.ts'
import { toCondition } from './weather-codes.ts'

/** Where Open-Meteo is. */
export interface OpenMeteoOptions {
  /** Base URL of the place search. */
  geocodingUrl: string
  /** Base URL of the forecast. */
  forecastUrl: string
  /** How to reach it. */
  upstream: Upstream
}

const placesSchema = z.object({
  results: z
    .array(
      z.object({
        name: z.string().min(1).max(200),
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        country_code: z.string().max(10).optional(),
        country: z.string().max(200).optional(),
        admin1: z.string().max(200).optional(),
      }),
    )
    .max(100)
    .optional(),
})

const forecastSchema = z.object({
  timezone: z.string().max(100),
  current: z.object({
    time: z.string().max(30),
    temperature_2m: z.number(),
    relative_humidity_2m: z.number().min(0).max(100),
    wind_speed_10m: z.number().min(0),
    weather_code: z.int(),
  }),
  daily: z.object({
    sunrise: z.tuple([z.string().max(30)]).rest(z.string().max(30)),
    sunset: z.tuple([z.string().max(30)]).rest(z.string().max(30)),
  }),
})

type Place = NonNullable<z.infer<typeof placesSchema>['results']>[number]
type Forecast = z.infer<typeof forecastSchema>

/** The weather by Open-Meteo, which asks for no key: first the place, then its forecast. */
export function createOpenMeteoSource(options: OpenMeteoOptions): WeatherSource {
  return {
    async getWeather(question, signal) {
      const place = await findPlace(options, question, signal)
      if (!place) return refuseCity(question)
      const forecast = await getForecast(options, { place, units: question.units, signal })
      return toWeather(question, place, forecast)
    },
  }
}

function refuseCity({ city, country_code }: WeatherQuestion): CityNotFound {
  return refuse('city_not_found', { city, country_code })
}

async function findPlace(
  { geocodingUrl, upstream }: OpenMeteoOptions,
  { city, country_code }: WeatherQuestion,
  signal: AbortSignal,
): Promise<Place | undefined> {
  const url = new URL(geocodingUrl)
  url.searchParams.set('name', city)
  url.searchParams.set('count', '10')
  url.searchParams.set('language', 'en')
  url.searchParams.set('format', 'json')
  url.searchParams.set('countryCode', country_code)
  const { results = [] } = await fetchShape(upstream, url, { schema: placesSchema, signal })
  return results.find((place) => place.country_code?.toUpperCase() === country_code)
}

async function getForecast(
  { forecastUrl, upstream }: OpenMeteoOptions,
  { place, units, signal }: { place: Place; units: WeatherQuestion['units']; signal: AbortSignal },
): Promise<Forecast> {
  const url = new URL(forecastUrl)
  url.searchParams.set('latitude', String(place.latitude))
  url.searchParams.set('longitude', String(place.longitude))
  url.searchParams.set('current', 'temperature_2m,relative_humidity_2m,wind_speed_10m,weather_code')
  url.searchParams.set('daily', 'sunrise,sunset')
  url.searchParams.set('forecast_days', '1')
  url.searchParams.set('timezone', 'auto')
  url.searchParams.set('temperature_unit', units)
  url.searchParams.set('wind_speed_unit', units === 'celsius' ? 'kmh' : 'mph')
  return fetchShape(upstream, url, { schema: forecastSchema, signal })
}

async function fetchShape<Shape>(
  upstream: Upstream,
  url: URL,
  { schema, signal }: { schema: z.ZodType<Shape>; signal: AbortSignal },
): Promise<Shape> {
  const { status, body } = await fetchJson(upstream, { url, signal })
  const parsed = schema.safeParse(body)
  if (status === 200 && parsed.success) return parsed.data
  throw new UpstreamUnavailableError(`${upstream.name} answered ${status} in an unknown shape.`, 60_000, {
    cause: parsed.error,
  })
}

function toWeather({ country_code, units }: WeatherQuestion, place: Place, forecast: Forecast): Weather {
  const isMetric = units === 'celsius'
  return {
    place: {
      name: place.name,
      region: place.admin1 ?? null,
      country: place.country ?? country_code,
      latitude: place.latitude,
      longitude: place.longitude,
    },
    temperature: forecast.current.temperature_2m,
    humidity_percent: forecast.current.relative_humidity_2m,
    wind_speed: forecast.current.wind_speed_10m,
    condition: toCondition(forecast.current.weather_code),
    sunrise: forecast.daily.sunrise[0],
    sunset: forecast.daily.sunset[0],
    timezone: forecast.timezone,
    observed_at: forecast.current.time,
    units: { temperature: isMetric ? '°C' : '°F', wind_speed: isMetric ? 'km/h' : 'mph' },
  }
}
