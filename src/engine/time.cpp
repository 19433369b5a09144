// ISO 8601 dates and times into days and microseconds, in two steps: reading fills Fields with the
// numbers as they stand in the text (a mistake there is Malformed), resolving checks their ranges
// and computes (a mistake there is OutOfRange). The form that weather files mostly hold,
// YYYY-MM-DD HH:MM:SS, is read by positions; all others by a Reader, from left to right.
#include "time.h"

#include <cmath>
#include <string>

#include "number.h"
#include "engine_only.h"

namespace weather {
namespace {

struct Fields {
    int32_t year = 0, month = 0, day = 0;
    int32_t hour = 0, minute = 0, second = 0;
    int64_t fraction = 0; // microseconds; 1000000 after rounding up
    int32_t offset_hour = 0, offset_minute = 0, offset_second = 0;
    bool has_time = false;
    bool has_offset = false;
    bool west = false; // the offset had a minus sign
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// As isspace() in the C locale, by which PostgreSQL goes.
bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool take(char c) {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    size_t skip_blanks() {
        size_t count = 0;
        while (count < rest_.size() && is_blank(rest_[count]))
            count++;
        rest_.remove_prefix(count);
        return count;
    }

    size_t digits_ahead() const {
        size_t count = 0;
        while (count < rest_.size() && is_digit(rest_[count]))
            count++;
        return count;
    }

    // The next `count` characters, which digits_ahead() has shown to be digits.
    std::string_view take_digits(size_t count) {
        std::string_view digits = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return digits;
    }

    int32_t take_number(size_t count) {
        int32_t number = 0;
        for (char c : take_digits(count))
            number = number * 10 + (c - '0');
        return number;
    }

    // Exactly two digits, no third behind them.
    bool take_pair(int32_t& number) {
        if (digits_ahead() != 2)
            return false;
        number = take_number(2);
        return true;
    }

  private:
    std::string_view rest_;
};

bool read_date(Reader& reader, Fields& fields) {
    size_t digits = reader.digits_ahead();
    if (digits == 8) {
        fields.year = reader.take_number(4);
        fields.month = reader.take_number(2);
        fields.day = reader.take_number(2);
        return true;
    }
    if (digits < 4 || digits > 6)
        return false;
    fields.year = reader.take_number(digits);
    return reader.take('-') && reader.take_pair(fields.month) && reader.take('-') &&
           reader.take_pair(fields.day);
}

// As ParseFractionalSecond in PostgreSQL's datetime.c, double rounding included.
int64_t fraction_micros(std::string_view digits) {
    std::string decimal = "0.";
    decimal.append(digits.empty() ? "0" : digits);
    double fraction = 0;
    parse_float8(decimal, fraction); // beyond the range of double: nearly 0, so 0 stays
    return static_cast<int64_t>(std::rint(fraction * micros_per_second));
}

// A fraction follows seconds only: behind minutes PostgreSQL and ISO 8601 read it differently.
void read_fraction(Reader& reader, Fields& fields) {
    if (reader.take('.') || reader.take(','))
        fields.fraction = fraction_micros(reader.take_digits(reader.digits_ahead()));
}

bool read_time(Reader& reader, Fields& fields) {
    size_t digits = reader.digits_ahead();
    if (digits == 4 || digits == 6) {
        fields.hour = reader.take_number(2);
        fields.minute = reader.take_number(2);
        if (digits == 6) {
            fields.second = reader.take_number(2);
            read_fraction(reader, fields);
        }
        return true;
    }
    if (digits != 1 && digits != 2)
        return false;
    fields.hour = reader.take_number(digits);
    if (!reader.take(':') || !reader.take_pair(fields.minute))
        return false;
    if (reader.take(':')) {
        if (!reader.take_pair(fields.second))
            return false;
        read_fraction(reader, fields);
    }
    return true;
}

bool read_offset(Reader& reader, Fields& fields) {
    if (reader.take('Z') || reader.take('z'))
        return true;
    fields.west = reader.take('-');
    if (!fields.west && !reader.take('+'))
        return false;
    size_t digits = reader.digits_ahead();
    if (digits != 2 && digits != 4)
        return false;
    fields.offset_hour = reader.take_number(2);
    if (digits == 4) {
        fields.offset_minute = reader.take_number(2);
        return true;
    }
    if (!reader.take(':'))
        return true;
    return reader.take_pair(fields.offset_minute) &&
           (!reader.take(':') || reader.take_pair(fields.offset_second));
}

bool read_any_form(std::string_view text, Fields& fields) {
    Reader reader(text);
    reader.skip_blanks();
    if (!read_date(reader, fields))
        return false;
    size_t blanks = reader.skip_blanks();
    if (reader.at_end())
        return true;
    if (blanks == 0 && !reader.take('T') && !reader.take('t'))
        return false;
    if (!read_time(reader, fields))
        return false;
    fields.has_time = true;

    reader.skip_blanks();
    if (reader.at_end())
        return true;
    fields.has_offset = true;
    if (!read_offset(reader, fields))
        return false;
    reader.skip_blanks();
    return reader.at_end();
}

// YYYY-MM-DD HH:MM:SS, with `T` for the blank and `Z` behind it or not; false for all others.
bool read_fixed_form(std::string_view text, Fields& fields) {
    constexpr size_t length = 19;
    bool utc = text.size() == length + 1 && (text[length] == 'Z' || text[length] == 'z');
    if (!utc && text.size() != length)
        return false;
    if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' ||
        (text[10] != ' ' && text[10] != 'T' && text[10] != 't'))
        return false;

    bool digits_only = true;
    auto pair = [&](size_t at) {
        digits_only &= is_digit(text[at]) && is_digit(text[at + 1]);
        return (text[at] - '0') * 10 + (text[at + 1] - '0');
    };
    fields.year = pair(0) * 100 + pair(2);
    fields.month = pair(5);
    fields.day = pair(8);
    fields.hour = pair(11);
    fields.minute = pair(14);
    fields.second = pair(17);
    fields.has_time = true;
    fields.has_offset = utc;
    return digits_only;
}

int32_t days_in_month(int32_t year, int32_t month) {
    constexpr int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

// Days since 1970-01-01 in the proleptic Gregorian calendar, as in PostgreSQL. Years are counted
// from March, which puts the leap day at their end (H. Hinnant, days_from_civil).
int32_t days_from_civil(int32_t year, int32_t month, int32_t day) {
    year -= month <= 2 ? 1 : 0;
    int32_t era = year / 400; // years are positive here
    int32_t year_of_era = year % 400;
    int32_t month_from_march = (month + 9) % 12;
    int32_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

bool resolve_date(const Fields& fields, IsoTime& result) {
    if (fields.year < 1 || fields.month < 1 || fields.month > 12 || fields.day < 1 ||
        fields.day > days_in_month(fields.year, fields.month))
        return false;
    result.days = days_from_civil(fields.year, fields.month, fields.day) - postgres_epoch_days;
    return true;
}

// As time_overflows() in PostgreSQL's date.c: hour 24 and second 60 may end the day, not pass it.
bool resolve_time(const Fields& fields, IsoTime& result) {
    int64_t seconds = (fields.hour * 60 + fields.minute) * 60 + fields.second;
    result.micros = seconds * micros_per_second + fields.fraction;
    return fields.hour <= 24 && fields.minute < 60 && fields.second <= 60 &&
           result.micros <= micros_per_day;
}

bool resolve_offset(const Fields& fields, IsoTime& result) {
    int32_t east = (fields.offset_hour * 60 + fields.offset_minute) * 60 + fields.offset_second;
    result.utc_offset = fields.west ? -east : east;
    return fields.offset_hour <= 15 && fields.offset_minute < 60 && fields.offset_second < 60;
}

// days * micros_per_day + micros, within the range of PostgreSQL's timestamp.
TimeStatus to_timestamp(int64_t days, int64_t micros, int64_t& result) {
    int64_t value = 0;
    if (__builtin_mul_overflow(days, micros_per_day, &value) ||
        __builtin_add_overflow(value, micros, &value) || value < min_timestamp ||
        value >= end_timestamp)
        return TimeStatus::OutOfRange;
    result = value;
    return TimeStatus::Ok;
}

} // namespace

TimeStatus parse_iso_time(std::string_view text, IsoTime& result) {
    Fields fields;
    if (!read_fixed_form(text, fields)) {
        fields = Fields();
        if (!read_any_form(text, fields))
            return TimeStatus::Malformed;
    }
    IsoTime time;
    time.has_time = fields.has_time;
    time.has_offset = fields.has_offset;
    if (!resolve_date(fields, time) || !resolve_time(fields, time) || !resolve_offset(fields, time))
        return TimeStatus::OutOfRange;
    result = time;
    return TimeStatus::Ok;
}

TimeStatus local_timestamp(const IsoTime& time, int64_t& micros) {
    return to_timestamp(time.days, time.micros, micros);
}

TimeStatus instant_timestamp(const IsoTime& time, int64_t& micros) {
    return to_timestamp(time.days, time.micros - time.utc_offset * micros_per_second, micros);
}

} // namespace weather
