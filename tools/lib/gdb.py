"""gdb: evenhand's values as people read them.

    gdb -x tools/lib/gdb.py build/daemon/evenhandd

Text (struct eh_str), buffers (eh_bytes), keys (eh_key: as the uuid that stands in PostgreSQL),
periods (eh_period), errors (eh_error) and stream ids (eh_stream_id) are printed by themselves. Money,
shares, days and times are bare integers in C, so they are asked for:

    print $eh_money(pool->gross)          12995         -> 129.95
    print $eh_money(pool->gross, 0)       12995         -> 12995     (a currency without decimals)
    print $eh_ppm(rep->share)             375000        -> 37.5%
    print $eh_date(input->date)           20513         -> 2026-03-01
    print $eh_time(input->at_us)          microseconds  -> 2026-03-01T12:00:00.000000Z

`print/r VALUE` shows the struct itself.
"""
import datetime

import gdb

TEXT_MAX = 200
BYTES_MAX = 64
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def date_text(days):
    return (EPOCH + datetime.timedelta(days=days)).date().isoformat()


def text_of(data, size):
    shown = min(size, TEXT_MAX)
    text = bytes(gdb.selected_inferior().read_memory(data, shown)) if shown else b""
    more = "... (%d bytes)" % size if size > shown else ""
    return '"%s"%s' % (text.decode("utf-8", "backslashreplace"), more)


def str_text(value):
    return text_of(value["data"], int(value["size"]))


def bytes_text(value):
    size = int(value["size"])
    shown = min(size, BYTES_MAX)
    data = bytes(gdb.selected_inferior().read_memory(value["data"], shown)) if shown else b""
    failed = ", memory ran out" if value["failed"] else ""
    return "%d bytes%s: %s%s" % (size, failed, data.hex(), "..." if size > shown else "")


def key_text(value):
    digits = "%016x%016x" % (int(value["high"]), int(value["low"]))
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def period_text(value):
    kind, number = int(value["kind"]), int(value["number"])
    if kind == 1:
        return "%04d-%02d" % (number // 12, number % 12 + 1)
    if kind == 2:
        return "%04d-Q%d" % (number // 4, number % 4 + 1)
    thursday = EPOCH + datetime.timedelta(days=number * 7)  # week 0 is that of 1970-01-01
    return "%04d-W%02d" % thursday.isocalendar()[:2]


def error_text(value):
    code, text = value["code"], value["text"].string("utf-8", "backslashreplace")
    return "%d: %s" % (int(code), text) if int(code) else "no error"


def stream_id_text(value):
    return "%d-%d" % (int(value["ms"]), int(value["no"]))


TEXTS = {"eh_str": str_text, "eh_bytes": bytes_text, "eh_key": key_text,
         "eh_period": period_text, "eh_error": error_text, "eh_stream_id": stream_id_text}


class Printer:
    def __init__(self, text, value):
        self.text, self.value = text, value

    def to_string(self):
        try:
            return self.text(self.value)
        except gdb.MemoryError:
            return "(points nowhere)"


def printer_of(value):
    kind = value.type.strip_typedefs()
    text = TEXTS.get(kind.tag) if kind.code == gdb.TYPE_CODE_STRUCT else None
    return Printer(text, value) if text else None


def decimal(number, places):
    digits = "%0*d" % (places + 1, abs(number))
    sign = "-" if number < 0 else ""
    return sign + (digits[:-places] + "." + digits[-places:] if places else digits)


class Function(gdb.Function):
    """$eh_NAME(integer, ...): its text."""

    def __init__(self, name, text):
        super().__init__(name)
        self.text = text

    def invoke(self, *values):
        return self.text(*(int(value) for value in values))


def ppm(number):
    return decimal(number, 4).rstrip("0").rstrip(".") + "%"


def time_text(us):
    return (EPOCH + datetime.timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


gdb.pretty_printers.append(printer_of)
Function("eh_money", lambda minor, exponent=2: decimal(minor, exponent))
Function("eh_ppm", ppm)
Function("eh_date", date_text)
Function("eh_time", time_text)
