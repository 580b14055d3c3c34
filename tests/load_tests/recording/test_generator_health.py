"""What a load generator used is known for any stretch of a run, as a share of what it may use."""

import pytest

from load_tests.recording.generator_health import Generator, HealthSampler, share_hosts
from tests.load_tests.builders import Clock


def test_a_generators_cpu_share_is_the_mean_over_the_judged_time() -> None:
    generator = Generator("the generator", cores=0.5)
    clock, cpu_clock = Clock(), Clock()
    sampler = HealthSampler(generator.health, clock, cpu_clock)
    for second, cores in enumerate([0.0, 1.0, 1.0, *[0.25] * 10]):
        clock.now_s, cpu_clock.now_s = second, cpu_clock.now_s + cores
        sampler.sample(latest_s=0.0, in_flight=0)
    assert generator.within(3.0, 13.0).cpu_share == pytest.approx(0.5)
    assert generator.within(20.0, 30.0).cpu_share == 0.0


def test_a_stage_shorter_than_the_time_between_two_samples_has_the_share_of_the_sample_around_it() -> None:
    generator = Generator("the generator")
    for at_s, cores in [(1.0, 0.2), (4.0, 0.9), (5.0, 0.1)]:
        generator.health.append(at_s, cores, 0.0, 0)
    assert generator.within(2.0, 3.0).cpu_share == pytest.approx(0.9)
    assert generator.within(0.0, 2.0).cpu_share == pytest.approx((0.2 + 0.9) / 2)
    assert generator.within(3.5, 5.0).cpu_share == pytest.approx((0.9 * 0.5 + 0.1) / 1.5)


def test_processes_of_one_machine_share_its_cores() -> None:
    generators = [Generator("a", "here", 2.0), Generator("b", "here", 2.0), Generator("c", "there", 8.0)]
    share_hosts(generators, lambda available, processes: min(1.0, available / processes / 2))
    assert [generator.cores for generator in generators] == [0.5, 0.5, 1.0]
