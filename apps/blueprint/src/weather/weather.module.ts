import type { Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { getWeather } from './weather.contract.ts'
import type { WeatherService } from './weather.service.ts'

/** Registers `get_weather`. */
export function registerWeather(server: Server, service: WeatherService): void {
  server.tool(getWeather, async (question, call) => {
    const outcome = await service.getWeather(question, call.signal)
    if (!isRefusal(outcome)) return outcome
    if (outcome.refused === 'city_not_found') throw call.fail('city_not_found', outcome.details)
    throw call.fail('weather_unavailable', undefined, { retryAfterMs: outcome.details.retry_after_ms })
  })
}
