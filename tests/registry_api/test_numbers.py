import threading

import pytest

from registry_api.filings.numbers import next_number


def test_sixteen_threads_get_gapless_numbers_and_a_rollback_gives_its_number_back(registry):
    got, lock = [], threading.Lock()

    def take(index):
        for turn in range(5):
            try:
                with registry.database.write() as session:
                    number = next_number(session, "31")
                    1 / ((index + turn) % 3)
                with lock:
                    got.append(number)
            except ZeroDivisionError:
                pass

    threads = [threading.Thread(target=take, args=(index,)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"教APP备31{serial:05d}号" for serial in range(1, len(got) + 1)]
    assert len(got) > 40


def test_provinces_count_apart_and_run_out_with_an_error(registry):
    import sqlalchemy as sa

    from registry_api.errors import RegistryError
    from registry_api.filings.models import FilingNumber

    with registry.database.write() as session:
        assert next_number(session, "11") == "教APP备1100001号"
        assert next_number(session, "51") == "教APP备5100001号"
        session.execute(sa.update(FilingNumber).values(last=99_999))
        with pytest.raises(RegistryError, match="all 99999 numbers"):
            next_number(session, "11")


def test_sixteen_approvers_at_once_give_numbers_without_gaps(registry):
    from approvers import approve_together

    from registry_api.trail.chain import verify

    approve_together(registry, "44")
    with registry.database.read() as session:
        assert verify(session).broken_at is None
