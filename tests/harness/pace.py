"""A steady rate, kept by threads of which some are held up now and then."""
import threading
import time

CATCH_UP_S_MAX = 1


class Pace:
    """`while pace.turn(): ...` goes on once in `every_s`, until `ended` is set.

    Who was held up catches up, but by CATCH_UP_S_MAX at most. delay_s: until the first turn.
    """

    def __init__(self, every_s, ended, delay_s=0):
        self.every_s = every_s
        self.ended = ended
        self.due = time.monotonic() + delay_s

    def turn(self):
        """Waits until it is due; False when it is over."""
        if self.ended.wait(max(0, self.due - time.monotonic())):
            return False
        self.due = max(self.due + self.every_s, time.monotonic() - CATCH_UP_S_MAX)
        return True

    def hurry(self):
        """The next turn is due now."""
        self.due = time.monotonic()


class Senders:
    """`count` threads that together take `rate` turns a second, from start() to stop() or in a with block.

    A subclass has send(number, pace), one thread's work, which ends when pace.turn() is False.
    """

    def __init__(self, rate, count):
        self.rate = rate
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]
        self.began = self.seconds = None

    def _run(self, number):
        count = len(self.threads)
        self.send(number, Pace(count / self.rate, self.stopping, number / self.rate))

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.seconds = time.monotonic() - self.began

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
