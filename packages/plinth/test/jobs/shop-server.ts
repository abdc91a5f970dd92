// The shop as `plinth worker` loads it. Where it is kept is told by the environment.
import { openShop, type ShopPlace } from './shop.ts'

const place = JSON.parse(process.env['SHOP_PLACE'] ?? '{}') as ShopPlace
const shop = await openShop(place, { maxRunning: 3 })

export const server = shop.server
