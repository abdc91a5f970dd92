import { expect, test } from 'vitest'
import { createUpstream } from '../../src/upstream/upstream.adapter.ts'
import type { WeatherSource } from '../../src/weather/weather.service.ts'
import { createWeatherApiSource } from '../../src/weather/weatherapi.adapter.ts'
import { type LocalHttp, sendJson, startHttp } from '../_http.ts'

const { signal } = new AbortController()
const paris = { city: 'Paris', country_code: 'FR', units: 'celsius' } as const

const forecast = {
  location: {
    name: 'Paris',
    region: 'Ile-de-France',
    country: 'France',
    lat: 48.8667,
    lon: 2.3333,
    tz_id: 'Europe/Paris',
    localtime: '2026-05-01 14:20',
  },
  current: {
    last_updated: '2026-05-01 14:15',
    temp_c: 18.2,
    temp_f: 64.8,
    condition: { text: 'Partly cloudy', code: 1003 },
    wind_mph: 8.1,
    wind_kph: 13,
    humidity: 61,
  },
  forecast: {
    forecastday: [
      { date: '2026-05-01', astro: { sunrise: '06:31 AM', sunset: '09:07 PM', moonrise: '08:00 PM' } },
    ],
  },
}

async function start(body: unknown, status = 200): Promise<{ source: WeatherSource; http: LocalHttp }> {
  const http = await startHttp((response) => sendJson(response, body, status))
  const upstream = createUpstream({ name: 'weatherapi.com', random: () => 0 })
  return { source: createWeatherApiSource({ url: http.url, key: 'k-secret', upstream }), http }
}

test('the weather has the same shape as that of the other source', async () => {
  const { source } = await start(forecast)
  expect(await source.getWeather(paris, signal)).toEqual({
    place: {
      name: 'Paris',
      region: 'Ile-de-France',
      country: 'France',
      latitude: 48.8667,
      longitude: 2.3333,
    },
    temperature: 18.2,
    humidity_percent: 61,
    wind_speed: 13,
    condition: 'Partly cloudy',
    sunrise: '2026-05-01T06:31',
    sunset: '2026-05-01T21:07',
    timezone: 'Europe/Paris',
    observed_at: '2026-05-01T14:15',
    units: { temperature: '°C', wind_speed: 'km/h' },
  })
})

test('the country is asked for by its name, and the units are picked from the answer', async () => {
  const { source, http } = await start(forecast)
  const weather = await source.getWeather({ ...paris, units: 'fahrenheit' }, signal)
  expect(weather).toMatchObject({
    temperature: 64.8,
    wind_speed: 8.1,
    units: { temperature: '°F', wind_speed: 'mph' },
  })
  expect(http.requests[0]?.searchParams.get('q')).toBe('Paris, France')
})

test('their code for an unknown place is a city that was not found', async () => {
  const { source } = await start({ error: { code: 1006, message: 'No matching location found.' } }, 400)
  expect(await source.getWeather(paris, signal)).toEqual({
    refused: 'city_not_found',
    details: { city: 'Paris', country_code: 'FR' },
  })
})

test('a refused key is named by its variable and not by its value', async () => {
  const { source, http } = await start({ error: { code: 2006, message: 'API key is invalid.' } }, 401)
  await expect(source.getWeather(paris, signal)).rejects.toThrow(
    /^weatherapi.com refused the key in WEATHER_API_KEY.$/,
  )
  expect(http.requests).toHaveLength(1)
})

test('an answer of another shape is unavailable', async () => {
  const { source } = await start({ ...forecast, forecast: { forecastday: [] } })
  await expect(source.getWeather(paris, signal)).rejects.toThrow(
    'weatherapi.com answered 200 in an unknown shape.',
  )
})
