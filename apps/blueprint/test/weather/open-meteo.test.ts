import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { createUpstream } from '../../src/upstream/upstream.adapter.ts'
import { createOpenMeteoSource } from '../../src/weather/open-meteo.adapter.ts'
import {
  createWeatherService,
  type WeatherQuestion,
  type WeatherService,
} from '../../src/weather/weather.service.ts'
import { type Answer, type LocalHttp, sendJson, startHttp } from '../_http.ts'

const { signal } = new AbortController()
const lisbon: WeatherQuestion = { city: 'Lisbon', country_code: 'PT', units: 'celsius' }

const places = {
  results: [
    {
      id: 1,
      name: 'Lisbon',
      latitude: 44.03,
      longitude: -70.1,
      country_code: 'US',
      country: 'United States',
    },
    {
      id: 2_267_057,
      name: 'Lisbon',
      latitude: 38.71667,
      longitude: -9.13333,
      elevation: 45,
      feature_code: 'PPLC',
      country_code: 'PT',
      timezone: 'Europe/Lisbon',
      population: 517_802,
      country: 'Portugal',
      admin1: 'Lisbon District',
    },
  ],
  generationtime_ms: 0.7,
}

const forecast = {
  latitude: 38.7,
  longitude: -9.15,
  utc_offset_seconds: 3_600,
  timezone: 'Europe/Lisbon',
  timezone_abbreviation: 'WEST',
  current_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'km/h' },
  current: {
    time: '2026-05-01T14:15',
    interval: 900,
    temperature_2m: 21.4,
    relative_humidity_2m: 56,
    wind_speed_10m: 12.9,
    weather_code: 61,
  },
  daily_units: { time: 'iso8601', sunrise: 'iso8601', sunset: 'iso8601' },
  daily: { time: ['2026-05-01'], sunrise: ['2026-05-01T06:38'], sunset: ['2026-05-01T20:32'] },
}

/** Answers every request in one way, so that none of the recorded answers is given. */
function always(answer: (response: ServerResponse) => void): (response: ServerResponse) => boolean {
  return (response) => {
    answer(response)
    return true
  }
}

/** A service in front of a local Open-Meteo. `answer` may answer first; otherwise the recorded answers are given. */
async function start(
  answer?: (...given: Parameters<Answer>) => boolean,
  options: { deadlineMs?: number; now?: () => number } = {},
): Promise<{ weather: WeatherService; http: LocalHttp }> {
  const http = await startHttp((response, asked) => {
    if (answer?.(response, asked)) return
    sendJson(response, asked.url.pathname === '/search' ? places : forecast)
  })
  const source = createOpenMeteoSource({
    geocodingUrl: `${http.url}/search`,
    forecastUrl: `${http.url}/forecast`,
    upstream: createUpstream({ name: 'Open-Meteo', random: () => 0 }),
  })
  return { weather: createWeatherService({ source, ...options }), http }
}

test('the weather names place, measurements, sun and units', async () => {
  const { weather } = await start()
  expect(await weather.getWeather(lisbon, signal)).toEqual({
    place: {
      name: 'Lisbon',
      region: 'Lisbon District',
      country: 'Portugal',
      latitude: 38.71667,
      longitude: -9.13333,
    },
    temperature: 21.4,
    humidity_percent: 56,
    wind_speed: 12.9,
    condition: 'Light rain',
    sunrise: '2026-05-01T06:38',
    sunset: '2026-05-01T20:32',
    timezone: 'Europe/Lisbon',
    observed_at: '2026-05-01T14:15',
    units: { temperature: '°C', wind_speed: 'km/h' },
  })
})

test('the place is searched in its country and the forecast asked for in its units', async () => {
  const { weather, http } = await start()
  const outcome = await weather.getWeather({ ...lisbon, units: 'fahrenheit' }, signal)
  expect(outcome).toMatchObject({ units: { temperature: '°F', wind_speed: 'mph' } })
  const [search, forecastUrl] = http.requests
  expect(Object.fromEntries(search?.searchParams ?? [])).toMatchObject({ name: 'Lisbon', countryCode: 'PT' })
  expect(Object.fromEntries(forecastUrl?.searchParams ?? [])).toMatchObject({
    latitude: '38.71667',
    longitude: '-9.13333',
    temperature_unit: 'fahrenheit',
    wind_speed_unit: 'mph',
    timezone: 'auto',
  })
})

test.each([{}, { results: [] }, { results: places.results.slice(0, 1) }])(
  'a city that is not in that country is refused: %j',
  async (found) => {
    const { weather } = await start(always((response) => sendJson(response, found)))
    expect(await weather.getWeather(lisbon, signal)).toEqual({
      refused: 'city_not_found',
      details: { city: 'Lisbon', country_code: 'PT' },
    })
  },
)

test('a second question within five minutes asks nobody, one after them does', async () => {
  let now = 0
  const { weather, http } = await start(undefined, { now: () => now })
  await weather.getWeather(lisbon, signal)
  now = 299_999
  await weather.getWeather({ ...lisbon, city: ' LISBON ' }, signal)
  expect(http.requests).toHaveLength(2)
  now = 300_000
  await weather.getWeather(lisbon, signal)
  expect(http.requests).toHaveLength(4)
})

test('many questions at the same time ask once', async () => {
  const { weather, http } = await start()
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => weather.getWeather(lisbon, signal)))
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
  expect(http.requests).toHaveLength(2)
})

test('one server error on the way is not noticed', async () => {
  const { weather } = await start((response, { request }) => {
    if (request !== 1) return false
    response.writeHead(500).end()
    return true
  })
  expect(await weather.getWeather(lisbon, signal)).toMatchObject({ temperature: 21.4 })
})

test('a service that stays down is reported, and asked again by the next question', async () => {
  const { weather, http } = await start(always((response) => response.writeHead(502).end()))
  const refused = { refused: 'weather_unavailable', details: { retry_after_ms: 30_000 } }
  expect(await weather.getWeather(lisbon, signal)).toEqual(refused)
  expect(await weather.getWeather(lisbon, signal)).toEqual(refused)
  // The second question may repeat less: only a share of what is sent to a failing service is repeats.
  expect(http.requests).toHaveLength(5)
})

test.each([
  ['malformed JSON', '{"results": ['],
  ['another shape', '{"results": [{"name": 7}]}'],
  ['a list', '[]'],
])('%s is reported as unavailable and not asked again', async (_name, body) => {
  const { weather, http } = await start(always((response) => response.end(body)))
  expect(await weather.getWeather(lisbon, signal)).toMatchObject({ refused: 'weather_unavailable' })
  expect(http.requests).toHaveLength(1)
})

test('answers that do not come before the deadline are reported as unavailable', async () => {
  const { weather } = await start(() => true, { deadlineMs: 30 })
  expect(await weather.getWeather(lisbon, signal)).toMatchObject({ refused: 'weather_unavailable' })
})

test('retries do not outlive the deadline', async () => {
  const http = await startHttp((response) => response.writeHead(500).end())
  const retry = { attempts: 3, baseDelayMs: 8_000, maxDelayMs: 8_000 }
  const upstream = createUpstream({ name: 'Open-Meteo', random: () => 0.99, retry })
  const source = createOpenMeteoSource({ geocodingUrl: http.url, forecastUrl: http.url, upstream })
  const weather = createWeatherService({ source, deadlineMs: 50 })
  expect(await weather.getWeather(lisbon, signal)).toMatchObject({ refused: 'weather_unavailable' })
  expect(http.requests).toHaveLength(1)
})

test('a caller who cancels gets the reason back and the request is called off', async () => {
  const closed = Promise.withResolvers<void>()
  const abort = new AbortController()
  const { weather } = await start((response) => {
    response.on('close', closed.resolve)
    abort.abort(new Error('cancelled'))
    return true
  })
  await expect(weather.getWeather(lisbon, abort.signal)).rejects.toThrow('cancelled')
  await closed.promise
})

test('an unknown weather code is named as such', async () => {
  const strange = { ...forecast, current: { ...forecast.current, weather_code: 42 } }
  const { weather } = await start((response, { url }) => {
    if (url.pathname !== '/forecast') return false
    sendJson(response, strange)
    return true
  })
  expect(await weather.getWeather(lisbon, signal)).toMatchObject({ condition: 'Unknown (WMO code 42)' })
})
