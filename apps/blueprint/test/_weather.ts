import type { Answer } from './_http.ts'
import { sendJson } from './_http.ts'

/** One place and its weather, in the shape of Open-Meteo's two services. */
const place = {
  id: 2_267_057,
  name: 'Lisbon',
  latitude: 38.71667,
  longitude: -9.13333,
  country_code: 'PT',
  country: 'Portugal',
  admin1: 'Lisbon District',
}

const forecast = {
  timezone: 'Europe/Lisbon',
  current: {
    time: '2026-05-01T14:15',
    temperature_2m: 21.4,
    relative_humidity_2m: 56,
    wind_speed_10m: 12.9,
    weather_code: 61,
  },
  daily: { time: ['2026-05-01'], sunrise: ['2026-05-01T06:38'], sunset: ['2026-05-01T20:32'] },
}

/** Answers as Open-Meteo does: Lisbon is known, and nowhere else. */
export const answerWeather: Answer = (response, { url }) => {
  if (url.pathname === '/forecast') return sendJson(response, forecast)
  const isKnown = url.searchParams.get('name') === 'Lisbon'
  sendJson(response, isKnown ? { results: [place] } : { generationtime_ms: 0.2 })
}

/** The variables that make the blueprint ask `url` for the weather. */
export function toWeatherEnv(url: string): Record<string, string> {
  return { OPEN_METEO_GEOCODING_URL: `${url}/search`, OPEN_METEO_FORECAST_URL: `${url}/forecast` }
}
