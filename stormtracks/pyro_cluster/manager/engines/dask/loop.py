"""A thread with an event loop, for all that talks to Dask; other threads wait for what it does, and can be woken."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

STOP_SECONDS = 5.0


class Loop:
    """The loop; it runs from the beginning until `stop`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="talks to Dask", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, Any]) -> concurrent.futures.Future[Any]:
        """Begin something; its future can be waited for, and cancelled, by any thread."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # it is closed
            work.close()
            cancelled: concurrent.futures.Future[Any] = concurrent.futures.Future()
            cancelled.cancel()
            return cancelled

    def call(self, work: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """Have something done.

        Raises
        ------
        TimeoutError
            It takes longer; then it is cancelled.
        concurrent.futures.CancelledError
            By `stop`.
        """
        future = self.begin(work)
        try:
            return future.result(seconds)
        finally:
            future.cancel()

    def stop(self) -> None:
        """End all that is under way, and the thread."""
        if not self._loop.is_closed():
            with contextlib.suppress(RuntimeError, TimeoutError, concurrent.futures.CancelledError):
                self.call(self._cancel(), STOP_SECONDS)
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_SECONDS)

    async def _cancel(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=STOP_SECONDS / 2)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)  # what is left of closed connections
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
