"""Whatever a block writes to Garland, its own step fails by it, and nothing else."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from blocks.sdk import BlockError
from tests.sandbox.lines import LINE
from tests.support.zoo import Zoo

EMITS = "'ended': {'kind': 'Emit', 'port': 'done', 'output': {}, 'variables': {}}"
FRAMES = {
    "an answer to another call": f"write({{'call': '0' * 16, {EMITS}}})",
    "an answer to no call": f"write({{{EMITS}}})",
    "no JSON": "write(b'{')",
    "no object": "write(b'[]')",
    "no text": "write(b'\\xff\\xfe\\xfd')",
    "not a number": "write(b'{\"call\": NaN}')",
    "a number without end": "write(b'{\"call\": 1e999}')",
    "a number of a million digits": "write(b'{\"call\": ' + b'1' * 1_000_000 + b'}')",
    "a name twice": 'write(b\'{"call": "a", "call": "b"}\')',
    "a NUL": 'write(b\'{"call": "\\\\u0000"}\')',
    "half a character": 'write(b\'{"call": "\\\\ud800"}\')',
    "a deep list": "write(b'[' * 100_000)",
    "a deep object": "write(b'{\"a\":' * 500 + b'1' + b'}' * 500)",
    "a length that cannot be": "os.write(line(), b'\\xff\\xff\\xff\\xff')",
    "a frame of nothing": "os.write(line(), bytes(4))",
    "no end that is known": "write({'call': call(), 'ended': {'kind': 'Explode'}})",
    "an end that is no object": "write({'call': call(), 'ended': ['Emit']})",
    "an end of a kind that is no text": "write({'call': call(), 'ended': {'kind': []}})",
    "an end with a field too many": (
        "write({'call': call(), 'ended': {'kind': 'End', 'output': {}, 'more': 1}})"
    ),
    "an end with variables that are none": (
        "write({'call': call(), 'ended': {'kind': 'Emit', 'port': 'done', 'output': 1,"
        " 'variables': [1]}})"
    ),
    "an end with a port that is none": (
        "write({'call': call(), 'ended': {'kind': 'Emit', 'port': {}, 'output': 1,"
        " 'variables': {}}})"
    ),
    "an instant that UTC cannot name": (
        "write({'call': call(), 'ended': {'kind': 'Wait', 'until': '0001-01-01T00:00:00+23:59',"
        " 'port': 'done', 'output': {}}})"
    ),
    "a wait until no instant": (
        "write({'call': call(), 'ended': {'kind': 'Wait', 'until': None, 'port': 'done',"
        " 'output': {}}})"
    ),
    "large questions for ever": (
        "while True: write({'call': call(), 'ask': 'log.info',"
        " 'with': {'message': 'x' * 4_000_000}})"
    ),
    "an error without words": "write({'call': call(), 'error': {'code': 5}})",
    "an error with a code of a megabyte": (
        "write({'call': call(), 'error': {'code': 'x' * 1_000_000, 'message': ''}})"
    ),
    "a question that there is not": "write({'call': call(), 'ask': 'vault.open', 'with': {}})",
    "a question about the insides": (
        "write({'call': call(), 'ask': 'http.__init__', 'with': {'attempt': 1}})"
    ),
    "a question that is none": "write({'call': call(), 'ask': {'a': 1}, 'with': {}})",
    "a question without arguments": "write({'call': call(), 'ask': 'alarms.get'})",
    "a question with others": (
        "write({'call': call(), 'ask': 'alarms.get', 'with': {'alarm_id': '1', 'tenant': '2'}})"
    ),
    "a question with other types": (
        "write({'call': call(), 'ask': 'alarms.get', 'with': {'alarm_id': {'a': 1}}})"
    ),
    "a call with other types": (
        "write({'call': call(), 'ask': 'mail.send', 'with':"
        " {'to': [{'a': 1}], 'subject': 's', 'body': 'b'}})"
    ),
    "a body that is no base64": (
        "write({'call': call(), 'ask': 'http.request', 'with': {'method': 'GET', 'url': 'x',"
        " 'headers': {}, 'json': None, 'body': '***', 'timeout_s': None}})"
    ),
    "questions for ever": "while True: write({'call': call(), 'ask': 'log.info', 'with': "
    "{'message': 'x'}})",
    "nothing, and closes its line": "os.close(line())",
    "nothing, and puts another over its line": "os.dup2(0, line())",
    "nothing, and ends": "os._exit(0)",
    "nothing, and dies": "import ctypes; ctypes.string_at(0)",
    "a call of a 32-bit program": (
        "import ctypes, mmap; m = mmap.mmap(-1, 4096, prot=7); "
        "m.write(bytes.fromhex('b814000000cd80c3')); "
        "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()"
    ),
    "a call of an x32 program": "import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)",
}
OUTPUTS = {
    "not a number": "float('nan')",
    "a number without end": "float('inf')",
    "half a character": "'\\ud800'",
    "a NUL": "'\\x00'",
    "a set": "{1, 2}",
    "bytes": "b'x'",
    "itself": "(lambda l: (l.append(l), l)[1])([])",
    "a deep list": "__import__('functools').reduce(lambda inner, _: [inner], range(500), 0)",
    "five megabytes": "'x' * 5_000_000",
}


@pytest.mark.parametrize("frame", FRAMES)
def test_what_is_no_answer_ends_the_block(zoo: Zoo, frame: str) -> None:
    code = LINE + f"def run(ctx):\n    {FRAMES[frame]}\n    return ctx.emit('done', {{}})\n"

    with capture_logs() as logs:
        error = zoo.error(code)

    assert (error.code, error.retryable) == ("block.killed", False)
    assert [one["event"] for one in logs if one["log_level"] == "error"] == []


@pytest.mark.parametrize("value", OUTPUTS)
def test_what_cannot_be_kept_is_refused_and_the_child_lives_on(zoo: Zoo, value: str) -> None:
    code = f"""
calls = 0
def run(ctx):
    global calls
    calls += 1
    if ctx.config.get("well"):
        return ctx.emit("done", {{"calls": calls}})
    return ctx.emit("done", {{"value": {OUTPUTS[value]}}})
"""
    error = zoo.error(code)

    assert error.code == "block.bad_output"
    assert zoo.output(code, {"well": True}) == {"calls": 2}


def test_variables_are_held_to_their_size_whoever_sets_them(zoo: Zoo) -> None:
    code = "def run(ctx):\n    return ctx.emit('done', {}, variables={'v': 'x' * 300_000})\n"

    error = zoo.error(code)

    assert error.code == "block.bad_output"
    assert "set variables to" in error.message


def test_a_short_way_to_write_much_is_held_to_the_same_sizes(zoo: Zoo) -> None:
    code = (
        LINE
        + """
def run(ctx):
    numbers = ",".join(["1e15"] * 300_000)
    ends = '"kind": "Emit", "port": "done", "variables": {}, "output": {"n": [' + numbers + "]}"
    write(('{"call": "' + call() + '", "ended": {' + ends + "}}").encode())
    return ctx.emit("done", {})
"""
    )
    assert "a step may hand on" in zoo.error(code).message


def test_what_is_no_outcome_is_refused(zoo: Zoo) -> None:
    assert zoo.error("def run(ctx):\n    return {}\n").code == "block.bad_output"


def test_a_control_that_the_manifest_does_not_declare_is_refused(zoo: Zoo) -> None:
    code = "from blocks.sdk import Call\ndef run(ctx):\n    return Call(flow='other')\n"

    assert zoo.error(code).code == "block.bad_output"


def test_a_forged_answer_shifts_no_later_one(zoo: Zoo) -> None:
    code = (
        LINE
        + """
def run(ctx):
    if not ctx.config.get("well"):
        forged = {"kind": "Emit", "port": "done", "output": {"n": -1}, "variables": {}}
        write({"call": call(), "ended": forged})
    return ctx.emit("done", {"n": ctx.config.get("n")})
"""
    )
    assert zoo.output(code, {"n": 1}) == {"n": -1}  # its own step: its author's own affair
    time.sleep(0.1)  # until the true answer of the first call waits, that nobody asked for
    assert zoo.output(code, {"n": 2, "well": True}) == {"n": 2}


def test_an_answer_that_comes_late_is_nobody_elses(zoo: Zoo) -> None:
    code = (
        LINE
        + """
def run(ctx):
    if not ctx.config.get("well"):
        forged = {"kind": "Emit", "port": "done", "output": {}, "variables": {}}
        write({"call": call(), "ended": forged})
        __import__("time").sleep(0.2)
    return ctx.emit("done", {"n": 1})
"""
    )
    assert zoo.output(code) == {}

    with pytest.raises(BlockError) as raised:
        zoo.output(code, {"well": True})

    assert "it answers another call" in raised.value.message
    zoo.assert_neighbour_works()


def test_a_frame_that_never_ends_is_waited_for_until_the_deadline(zoo: Zoo) -> None:
    code = LINE + "def run(ctx):\n    os.write(line(), b'\\0\\0\\1\\0{')\n    while True: pass\n"

    assert zoo.error(code, limit_s=0.4).code == "block.timeout"


def test_a_child_that_reads_nothing_is_waited_for_until_the_deadline(zoo: Zoo) -> None:
    code = "def run(ctx):\n    while True: pass\n"

    with pytest.raises(Exception, match="longer than its limit"):
        zoo.perform(zoo.block(code), {"large": "x" * 3_000_000}, limit_s=0.4)
    zoo.assert_neighbour_works()
