"""turbine.stream and the lists, as their readers see them."""
import time

from harness.poll import wait_until

from hystrix_event import command


def test_case_68_headers_pings_and_meta(fleet, turbine, read):
    fleet.instance()
    stream = read(turbine())
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream;charset=UTF-8"
    assert stream.headers["cache-control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert stream.headers["pragma"] == "no-cache"
    stream.until("meta", lambda event: event["reportingHostsLast10Seconds"] == 1)
    pings = wait_until(lambda: (times := [at for at, line in stream.lines if line == ": ping"]) and
                       len(times) >= 3 and times, 15, "three pings")
    assert stream.body.startswith(b": ping\n")
    assert all(2.5 < later - earlier < 4 for earlier, later in zip(pings, pings[1:])), pings
    metas = wait_until(lambda: stream.counts.get("meta", 0) >= 2, 8, "two meta events")
    assert metas and set(stream.latest["meta"]) == {"type", "name", "reportingHostsLast10Seconds",
                                                    "timestamp"}


def test_case_69_equal_sums_are_not_sent_again(fleet, turbine, read):
    instance = fleet.instance()
    running = turbine()
    stream = read(running)
    stream.until("GetOrder", lambda event: event["requestCount"] == 10)
    seen = stream.counts["GetOrder"]
    wait_until(lambda: stream.counts.get("meta", 0) >= 2, 8, "some time")
    assert stream.counts["GetOrder"] == seen
    late = read(running)
    late.until("GetOrder", lambda event: event["requestCount"] == 10, 2)
    instance.events = [command(requestCount=11)]
    stream.until("GetOrder", lambda event: event["requestCount"] == 11)


def test_case_70_clusters_and_delay(fleet, turbine, read):
    instance = fleet.instance()
    running = turbine()
    missing = running.get("/turbine.stream?cluster=NOPE")
    assert missing.status == 404
    assert "Cluster not found: 'NOPE'" in missing.json["detail"]
    assert running.get("/turbine.stream?delay=abc").status == 400
    assert running.get("/turbine.stream?filterCriteria=name").status == 400
    slow = read(running, "/turbine.stream?cluster=default&delay=3000")
    slow.until("GetOrder", lambda event: event["requestCount"] == 10)
    for count in range(11, 40):
        instance.events = [command(requestCount=count)]
        time.sleep(0.1)  # changes must come faster than the delay allows
    slow.until("GetOrder", lambda event: event["requestCount"] == 39)
    times = [at for at, line in slow.lines if '"GetOrder"' in line]
    assert all(later - earlier > 2.8 for earlier, later in zip(times, times[1:])), times


def test_case_71_filters(fleet, turbine, read):
    instance = fleet.instance()
    instance.events = [command("GetOrder"), command("GetMember"),
                       {**command("GetOrder"), "type": "HystrixThreadPool"}]
    running = turbine()
    everything = read(running)
    one = read(running, "/turbine.stream?filterCriteria=type:HystrixCommand%7Cname:GetOrder")
    some = read(running, "/turbine.stream?filterCriteria=prefix:Mem")
    one.until("GetOrder", lambda event: event["type"] == "HystrixCommand")
    some.until("GetMember", lambda event: True)
    everything.until("meta", lambda event: event["timestamp"] > 0)
    assert set(one.counts) == {"GetOrder"} and one.counts["GetOrder"] == 1
    assert set(some.counts) == {"GetMember"}


def test_post_is_get(turbine):
    answer = turbine().call("POST", "/turbine.stream?cluster=NOPE")
    assert answer.status == 404


def test_case_84_each_cluster_once(fleet, turbine):
    for _ in range(3):
        fleet.instance("customers")
    running = turbine({"turbine.appConfig": "customers"})
    listed = wait_until(lambda: running.get("/clusters").json, 5, "the cluster")
    link = f"http://127.0.0.1:{running.port}/turbine.stream?cluster=CUSTOMERS"
    assert listed == [{"name": "CUSTOMERS", "link": link}]
    wait_until(lambda: len(running.get("/hosts?cluster=CUSTOMERS").json) == 3, 5, "three hosts")
    assert running.get("/hosts?cluster=default").json == []


def test_the_book_s_configuration(fleet, turbine, read):
    """`turbine.clusterNameExpression: new String("default")` and a list of services."""
    fleet.instance("orders")
    fleet.instance("other")
    running = turbine({"turbine.appConfig": "orders,members",
                       "turbine.clusterNameExpression": 'new String("default")'})
    assert read(running).until("GetOrder", lambda event: event["reportingHosts"] == 1)
    assert [host["instance"].split("/")[0] for host in running.get("/hosts").json] == ["orders"]


def test_coming_back_with_an_id(fleet, turbine, read):
    fleet.instance().events = [command("One"), command("Two")]
    running = turbine()
    stream = read(running)
    stream.until("One", lambda event: True)
    stream.until("Two", lambda event: True)
    ids = [line[4:] for _, line in stream.lines if line.startswith("id: ")]
    back = read(running, headers=f"Last-Event-ID: {ids[-1]}\r\n")
    back.until("meta", lambda event: True)
    assert "One" not in back.latest and "Two" not in back.latest
    other = read(running, headers="Last-Event-ID: 1-5\r\n")
    other.until("Two", lambda event: True)
    assert other.lines[0][1] == "event: reset"


def test_starts_without_a_registry(daemon):
    running = daemon("turbine-aggregator", {
        "eureka.client.service-url.defaultZone": "http://127.0.0.1:9/eureka/",
        "spring.cloud.config.enabled": "false"})
    assert running.get("/clusters").json[0]["name"] == "default"
    assert running.get("/hosts").json == []


def test_unknown_expression_is_refused_at_start():
    from harness.running import run_once
    done = run_once("turbine-aggregator", "--check-config",
                    "--turbine.cluster-name-expression=T(java.lang.Runtime)")
    assert done.returncode == 78
    assert "turbine.clusterNameExpression" in done.stderr + done.stdout
