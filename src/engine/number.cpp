// JSON numbers into binary numbers. Every parser has a short road for what weather files mostly
// hold (few digits, no exponent) and a general one.
//
// Significant digits are those from the first to the last that is not 0. On the general road a
// number is looked at as its significant digits and a power of ten (Decimal); only the digits are
// ever walked, so time and memory depend on the length of the text, never on its exponent.
#include "number.h"

#include <algorithm>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine_only.h"

namespace weather {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Index behind the digits that start at `at`.
size_t skip_digits(std::string_view text, size_t at) {
    while (at < text.size() && is_digit(text[at]))
        at++;
    return at;
}

struct Decimal {
    bool negative;
    std::string_view digits; // the significant ones; a point may stand among them
    int64_t count;           // of the digits; 0 means that the number is 0
    int64_t exponent;        // of the last digit: ±digits * 10^exponent
};

// The digits behind `e`. An exponent that no text is long enough to make up for stops growing, so
// that sums with digit counts cannot overflow.
int64_t read_exponent(std::string_view text) {
    constexpr int64_t enough = INT64_C(1000000000000000000);
    bool negative = text.front() == '-';
    if (negative || text.front() == '+')
        text.remove_prefix(1);
    int64_t exponent = 0;
    for (char c : text)
        exponent = exponent >= enough / 10 ? enough : exponent * 10 + (c - '0');
    return negative ? -exponent : exponent;
}

Decimal read_decimal(std::string_view number) {
    Decimal result{};
    result.negative = number.front() == '-';
    if (result.negative)
        number.remove_prefix(1);

    size_t e = number.find_first_of("eE");
    std::string_view mantissa = number.substr(0, e);
    size_t first = mantissa.find_first_not_of("0.");
    if (first == std::string_view::npos)
        return result;
    size_t last = mantissa.find_last_not_of("0.");
    size_t point = std::min(mantissa.find('.'), mantissa.size());

    result.digits = mantissa.substr(first, last - first + 1);
    bool point_inside = first < point && point < last;
    result.count = static_cast<int64_t>(result.digits.size()) - (point_inside ? 1 : 0);
    result.exponent = static_cast<int64_t>(point) - static_cast<int64_t>(last);
    if (last < point)
        result.exponent--;
    if (e != std::string_view::npos)
        result.exponent += read_exponent(number.substr(e + 1));
    return result;
}

// More digits may not fit into uint64_t.
constexpr int64_t max_uint64_digits = 19;

// The first `count` significant digits as an integer, with zeros behind the last one.
uint64_t leading_digits(const Decimal& decimal, int64_t count) {
    uint64_t result = 0;
    int64_t taken = 0;
    for (size_t i = 0; taken < count && i < decimal.digits.size(); i++) {
        if (decimal.digits[i] == '.')
            continue;
        result = result * 10 + static_cast<uint64_t>(decimal.digits[i] - '0');
        taken++;
    }
    for (; taken < count; taken++)
        result *= 10;
    return result;
}

char digit_at(const Decimal& decimal, int64_t index) {
    size_t at = static_cast<size_t>(index);
    return decimal.digits[at < decimal.digits.find('.') ? at : at + 1];
}

// Whether an integer of the first `kept` digits is to be counted up, ties to even.
bool rounds_up(const Decimal& decimal, int64_t kept, uint64_t integer) {
    if (kept < 0 || kept >= decimal.count)
        return false;
    char dropped = digit_at(decimal, kept);
    bool tie = dropped == '5' && kept + 1 == decimal.count;
    return tie ? integer % 2 == 1 : dropped >= '5';
}

bool apply_sign(bool negative, uint64_t magnitude, int64_t& result) {
    uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (magnitude > limit)
        return false;
    result = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
    return true;
}

// The short road of integers: up to 18 digits and nothing else but a sign.
bool read_short_integer(std::string_view number, int64_t& result) {
    bool negative = number.front() == '-';
    if (negative)
        number.remove_prefix(1);
    if (number.size() > 18)
        return false;
    int64_t value = 0;
    for (char c : number) {
        if (!is_digit(c))
            return false;
        value = value * 10 + (c - '0');
    }
    result = negative ? -value : value;
    return true;
}

// The short road of floating point: where the digits and the power of ten are both exact, one
// division rounds just once and so gives the nearest value (W. D. Clinger, "How to Read Floating
// Point Numbers Accurately", 1990). Not where the processor computes with other precision.
constexpr double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

template <typename Float>
bool read_short_decimal(std::string_view number, Float& result) {
    constexpr uint64_t max_mantissa = UINT64_C(1) << std::numeric_limits<Float>::digits;
    constexpr size_t max_power = sizeof(Float) == sizeof(float) ? 10 : 22;
    bool negative = number.front() == '-';
    if (negative)
        number.remove_prefix(1);
    if (FLT_EVAL_METHOD != 0 || number.size() > max_uint64_digits)
        return false;

    uint64_t mantissa = 0;
    size_t point = number.size() - 1; // as if behind the last digit
    for (size_t i = 0; i < number.size(); i++) {
        if (is_digit(number[i]))
            mantissa = mantissa * 10 + static_cast<uint64_t>(number[i] - '0');
        else if (number[i] == '.')
            point = i;
        else
            return false;
    }
    size_t power = number.size() - 1 - point;
    if (mantissa > max_mantissa || power > max_power)
        return false;
    Float value = static_cast<Float>(mantissa) / static_cast<Float>(exact_powers[power]);
    result = negative ? -value : value;
    return true;
}

// Long numbers are rewritten before std::from_chars sees them, because it stops counting large
// exponents, which many zeros can outweigh: 0.000…1e1000000 may well be 1. No double needs more
// than 767 digits to be told from its neighbours; a 1 stands for all that follow.
constexpr int64_t max_float_digits = 800;
constexpr size_t max_from_chars_text = 64;

struct FloatText {
    char bytes[max_float_digits + 16];
    size_t size;
};

void write_compact(const Decimal& decimal, FloatText& text) {
    char* end = text.bytes;
    if (decimal.negative)
        *end++ = '-';
    *end++ = '0'; // a digit even if the number is 0
    int64_t copied = 0;
    for (size_t i = 0; copied < max_float_digits && i < decimal.digits.size(); i++) {
        if (decimal.digits[i] == '.')
            continue;
        *end++ = decimal.digits[i];
        copied++;
    }
    int64_t exponent = decimal.exponent + decimal.count - copied;
    if (copied < decimal.count) {
        *end++ = '1';
        exponent--;
    }
    *end++ = 'e';
    // Beyond ±9999 all is infinite or zero anyway.
    exponent = std::clamp<int64_t>(exponent, -9999, 9999);
    end = std::to_chars(end, std::end(text.bytes), exponent).ptr;
    text.size = static_cast<size_t>(end - text.bytes);
}

template <typename Float>
NumberStatus parse_float(std::string_view number, Float& result) {
    if (read_short_decimal(number, result))
        return NumberStatus::Ok;

    std::string_view text = number;
    FloatText compact;
    if (number.size() > max_from_chars_text) {
        write_compact(read_decimal(number), compact);
        text = std::string_view(compact.bytes, compact.size);
    }
    Float value = 0;
    auto status = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    if (status == std::errc() && value != 0 && std::isfinite(value)) {
        result = value;
        return NumberStatus::Ok;
    }
    if (read_decimal(number).count != 0)
        return NumberStatus::OutOfRange;
    result = number.front() == '-' ? -Float(0) : Float(0);
    return NumberStatus::Ok;
}

} // namespace

bool is_json_number(std::string_view text) {
    size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
    size_t integer = at;
    at = skip_digits(text, at);
    if (at == integer || (text[integer] == '0' && at > integer + 1))
        return false;

    if (at < text.size() && text[at] == '.') {
        size_t fraction = at + 1;
        at = skip_digits(text, fraction);
        if (at == fraction)
            return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            at++;
        size_t exponent = at;
        at = skip_digits(text, exponent);
        if (at == exponent)
            return false;
    }
    return at == text.size();
}

bool same_number(std::string_view left, std::string_view right) {
    const Decimal a = read_decimal(left);
    const Decimal b = read_decimal(right);
    if (a.count != b.count ||
        (a.count > 0 && (a.negative != b.negative || a.exponent != b.exponent)))
        return false;
    for (int64_t i = 0; i < a.count; ++i)
        if (digit_at(a, i) != digit_at(b, i))
            return false;
    return true;
}

NumberStatus parse_integer(std::string_view number, int64_t min, int64_t max, int64_t& result) {
    int64_t value = 0;
    if (!read_short_integer(number, value)) {
        Decimal decimal = read_decimal(number);
        if (decimal.count > 0 && decimal.exponent < 0)
            return NumberStatus::NotIntegral;
        int64_t length = decimal.count + decimal.exponent;
        if (length > max_uint64_digits ||
            !apply_sign(decimal.negative, leading_digits(decimal, length), value))
            return NumberStatus::OutOfRange;
    }
    if (value < min || value > max)
        return NumberStatus::OutOfRange;
    result = value;
    return NumberStatus::Ok;
}

NumberStatus parse_float8(std::string_view number, double& result) {
    return parse_float(number, result);
}

NumberStatus parse_float4(std::string_view number, float& result) {
    return parse_float(number, result);
}

NumberStatus parse_epoch(std::string_view number, EpochUnit unit, int64_t origin, int64_t& micros) {
    int64_t shift = unit == EpochUnit::Seconds ? 6 : unit == EpochUnit::Milliseconds ? 3 : 0;
    int64_t factor = unit == EpochUnit::Seconds        ? 1000000
                     : unit == EpochUnit::Milliseconds ? 1000
                                                       : 1;
    int64_t whole = 0;
    if (read_short_integer(number, whole))
        return __builtin_sub_overflow(static_cast<__int128>(whole) * factor, origin, &micros)
                   ? NumberStatus::OutOfRange
                   : NumberStatus::Ok;

    Decimal decimal = read_decimal(number);
    int64_t length = decimal.count == 0 ? 0 : decimal.count + decimal.exponent + shift;
    if (length > max_uint64_digits)
        return NumberStatus::OutOfRange;
    uint64_t magnitude = leading_digits(decimal, length);
    if (rounds_up(decimal, length, magnitude))
        magnitude++;
    __int128 rounded = magnitude;
    return __builtin_sub_overflow(decimal.negative ? -rounded : rounded, origin, &micros)
               ? NumberStatus::OutOfRange
               : NumberStatus::Ok;
}

} // namespace weather
