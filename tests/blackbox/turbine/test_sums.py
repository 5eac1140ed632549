"""Sums of real streams; the numbered cases of 6.4 that need sockets."""
import json
import time

from harness.poll import wait_until

from hystrix_event import command


def hosts(running):
    return {host["host"]: host for host in running.get("/hosts").json}


def test_sums_of_two_hosts(fleet, turbine, read):
    one, two = fleet.instance(), fleet.instance("members")
    one.events = [command(requestCount=120, isCircuitBreakerOpen=True)]
    two.events = [command(requestCount=80), command("Other", requestCount=1)]
    stream = read(turbine())
    both = stream.until("GetOrder", lambda event: event["reportingHosts"] == 2)
    assert both["requestCount"] == 200
    assert json.loads(both["isCircuitBreakerOpen"]) == {"true": 1, "false": 1}
    assert both["propertyValuesSummed"] is True
    assert stream.until("Other", lambda event: event["reportingHosts"] == 1)


def test_case_56_a_dead_host_leaves_the_sums_at_once(fleet, turbine, read):
    one, two = fleet.instance(), fleet.instance()
    stream = read(turbine())
    stream.until("GetOrder", lambda event: event["requestCount"] == 20)
    two.stop()
    began = time.monotonic()
    stream.until("GetOrder", lambda event: event["requestCount"] == 10 and
                 event["reportingHosts"] == 1)
    assert time.monotonic() - began < 2  # the registry still lists it for 90 s
    assert one.connections == 1


def test_case_60_61_lines_that_are_no_events_keep_the_connection(fleet, turbine, read):
    instance = fleet.instance()
    instance.raw = ('ping: \n\n: ping\n:ping\nevent: x\n\ndata: not json\n\ndata:{"type":"ping"}\n\n'
                    'data: {"type":1,"name":"x"}\n\n' + "data: {" + "x" * 400000 + "\n\n" +
                    'data:{"type":"HystrixCommand","name":"NoBlank","a":1}\r\n\r\n')
    stream = read(turbine())
    assert stream.until("NoBlank", lambda event: event["a"] == 1)
    stream.until("GetOrder", lambda event: event["requestCount"] == 10)
    assert instance.connections == 1


def test_case_62_a_slow_clock_is_reported(fleet, turbine, read):
    late, good = fleet.instance(), fleet.instance()
    late.events = [command("Late", currentTime=int(time.time() * 1000) - 60000)]
    running = turbine()
    stream = read(running)
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 1)
    skewed = wait_until(lambda: [host for host in running.get("/hosts").json
                                 if host["skippedEvents"] > 0], 5, "a skipped event")
    assert skewed[0]["host"] == f"127.0.0.1:{late.port}"
    assert skewed[0]["skewMs"] > 50000
    assert "Late" not in stream.latest
    assert good.connections == 1


def test_case_62_the_rule_can_be_switched_off(fleet, turbine, read):
    late = fleet.instance()
    late.events = [command("Late", currentTime=int(time.time() * 1000) - 60000)]
    running = turbine({"turbine.InstanceMonitor.eventStream.skipLineLogic.enabled": "false"})
    assert read(running).until("Late", lambda event: event["requestCount"] == 10)


def test_case_64_a_closed_stream_is_read_again_within_a_second(fleet, turbine, read):
    instance = fleet.instance()
    running = turbine()
    stream = read(running)
    stream.until("GetOrder", lambda event: event["requestCount"] == 10)
    began = time.monotonic()
    instance.break_streams()
    wait_until(lambda: instance.connections == 2, 5, "the second connection")
    assert time.monotonic() - began < 1.5
    again = stream.until("GetOrder", lambda event: event["reportingHosts"] == 1)
    assert again["requestCount"] == 10


def test_case_65_a_refused_first_connect_is_tried_again(fleet, turbine, read):
    instance = fleet.instance()
    port = instance.port
    instance.stop()
    running = turbine()
    failing = wait_until(lambda: hosts(running).get(f"127.0.0.1:{port}"), 5, "the host")
    wait_until(lambda: hosts(running)[f"127.0.0.1:{port}"]["state"] == "WAITING", 5, "a failure")
    assert str(port) in hosts(running)[f"127.0.0.1:{port}"]["problem"]
    assert failing["cluster"] == "default"
    stream = read(running)
    fleet.instances.append(type(instance)(port=port))
    stream.until("GetOrder", lambda event: event["requestCount"] == 10, 15)


def test_case_65_instances_without_a_stream_count_nowhere(fleet, turbine, read):
    fleet.instance()
    without = fleet.instance("other", paths=())
    page = fleet.instance("page")
    page.content_type = "text/html"
    running = turbine()
    read(running).until("GetOrder", lambda event: event["reportingHosts"] == 1)
    for instance, word in ((without, "404"), (page, "text/html")):
        name = f"127.0.0.1:{instance.port}"
        host = wait_until(lambda: hosts(running)[name]["state"] == "WITHOUT_STREAM" and
                          hosts(running)[name], 5, "the verdict")
        assert word in host["problem"]
    assert running.get("/actuator/health").json["status"] == "UP"


def test_boot_1_instances_have_their_stream_elsewhere(fleet, turbine, read):
    fleet.instance(paths=("/hystrix.stream",))
    assert read(turbine()).until("GetOrder", lambda event: event["requestCount"] == 10)


def test_case_67_silence_is_a_lost_host(fleet, turbine, read):
    instance = fleet.instance()
    running = turbine()
    stream = read(running)
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 1)
    instance.silent = True
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 0, 15)
    wait_until(lambda: instance.connections >= 2, 5, "another connection")


def test_case_66_80_an_instance_that_leaves_and_returns(fleet, turbine, read):
    instance = fleet.instance()
    stream = read(turbine())
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 1)
    fleet.register("orders", instance, status="DOWN")
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 0)
    fleet.register("orders", instance)
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 1)
    fleet.cancel("orders", instance)
    stream.until("GetOrder", lambda event: event["reportingHosts"] == 0)
