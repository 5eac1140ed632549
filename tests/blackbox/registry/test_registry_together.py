"""Many clients at once: every answer is one of those that the protocol has, and the sums are right."""
import random
import threading
from collections import Counter

from eureka_records import lease, record

CLIENTS, CALLS, IDS = 8, 150, 6


def client(registry, seed, wrong):
    chance = random.Random(seed)
    try:
        for number in range(CALLS):
            app, id = f"A{chance.randrange(3)}", f"i{chance.randrange(IDS)}"
            path = f"/eureka/apps/{app}/{id}"
            verb = chance.choice(("register", "renew", "status", "end", "cancel", "metadata", "all", "delta", "vips"))
            if verb == "register":
                answer = registry.put_record(record(app=app, id=id, dirty=number, status=chance.choice(("UP", "DOWN")),
                                                    **lease(chance.choice((1, 60)), 0)))
                allowed = {204}
            elif verb in ("all", "delta", "vips"):
                accept = chance.choice(("application/json", "application/xml"))
                answer = registry.running.get({"all": "/eureka/apps", "delta": "/eureka/apps/delta", "vips": "/eureka/vips/orders"}[verb],
                                              headers={"Accept": accept, "Accept-Encoding": chance.choice(("gzip", "identity"))})
                allowed = {200}
            else:
                method, target = {"renew": ("PUT", path), "status": ("PUT", f"{path}/status?value=OUT_OF_SERVICE"),
                                  "end": ("DELETE", f"{path}/status?value=UP"), "cancel": ("DELETE", path),
                                  "metadata": ("PUT", f"{path}/metadata?k={number}")}[verb]
                answer = registry.running.call(method, target)
                allowed = {200, 404}
            if answer.status not in allowed:
                wrong.append((verb, answer))
    except Exception as error:  # a thread's failure must reach the test
        wrong.append(error)


def test_many_clients_at_once(start):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    registry = start(settings={"eureka.server.enable-self-preservation": "false"})
    wrong = []
    threads = [threading.Thread(target=client, args=(registry, seed + n, wrong)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:3]
    found = registry.all()
    counts = Counter(i["status"] for app in found["application"] for i in app["instance"])
    assert found["apps__hashcode"] == "".join(f"{name}_{counts[name]}_" for name in sorted(counts))
    assert all(app["instance"] for app in found["application"]), "no application without instances"
    assert registry.running.stop() == 0
