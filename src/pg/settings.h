// The extension's settings (GUC).
#pragma once

#include "pg.h"

namespace weather {

enum class Decoder : int { Auto, RapidJson };

// weather_fdw.decoder: which decoder takes rows apart. Both give the same answers.
Decoder decoder_setting();

// weather_fdw.fingerprints: whether a scan takes those of its files, for weather.last_scan_files().
bool fingerprints_setting();

// Call once, when the library is loaded.
void init_settings();

} // namespace weather
