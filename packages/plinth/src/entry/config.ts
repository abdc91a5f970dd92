export type { Config, ConfigRow } from '../config/config.ts'
export { ConfigError } from '../config/config-error.ts'
export { type DefineSettingsOptions, defineSettings } from '../config/define-settings.ts'
export type {
  BooleanSetting,
  CodeValues,
  Definitions,
  DurationSetting,
  EnumSetting,
  IntegerSetting,
  ListSetting,
  RuleView,
  Setting,
  SettingBase,
  SettingRule,
  SettingSource,
  Settings,
  SettingValues,
  StringSetting,
  UrlSetting,
} from '../config/setting.ts'
export { type ReadSettingsOptions, readSettings } from './read-settings.ts'
export type { ServeDefinitions } from './serve-settings.ts'
