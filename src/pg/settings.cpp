#include "settings.h"

namespace weather {

namespace {

int decoder = static_cast<int>(Decoder::Auto);

const config_enum_entry decoders[] = {
    {"auto", static_cast<int>(Decoder::Auto), false},
    {"rapidjson", static_cast<int>(Decoder::RapidJson), false},
    {nullptr, 0, false},
};

} // namespace

Decoder decoder_setting() {
    return static_cast<Decoder>(decoder);
}

void init_settings() {
    DefineCustomEnumVariable("weather_fdw.decoder", "How JSON rows are decoded.",
                             "\"auto\" takes the fast decoder where it can, \"rapidjson\" always "
                             "the reference decoder; the results are the same.",
                             &decoder, static_cast<int>(Decoder::Auto), decoders, PGC_USERSET, 0,
                             nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("weather_fdw");
}

} // namespace weather
