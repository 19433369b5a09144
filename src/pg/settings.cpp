#include "settings.h"

namespace weather {

namespace {

int decoder = static_cast<int>(Decoder::Auto);
bool fingerprints = false;

const config_enum_entry decoders[] = {
    {"auto", static_cast<int>(Decoder::Auto), false},
    {"rapidjson", static_cast<int>(Decoder::RapidJson), false},
    {nullptr, 0, false},
};

} // namespace

Decoder decoder_setting() {
    return static_cast<Decoder>(decoder);
}

bool fingerprints_setting() {
    return fingerprints;
}

void init_settings() {
    DefineCustomEnumVariable("weather_fdw.decoder", "How JSON rows are decoded.",
                             "\"auto\" takes the fast decoder where it can, \"rapidjson\" always "
                             "the reference decoder; the results are the same.",
                             &decoder, static_cast<int>(Decoder::Auto), decoders, PGC_USERSET, 0,
                             nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("weather_fdw.fingerprints",
                             "Scans take the fingerprints of the files that they read.",
                             "weather.last_scan_files() shows them. Each file is read twice then.",
                             &fingerprints, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("weather_fdw");
}

} // namespace weather
