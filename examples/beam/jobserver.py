"""A job server of Beam's Python SDK, which runs pipelines of any SDK: jobserver.py PORTFILE WORKERS RESTART.

It writes its port into PORTFILE when it is ready. Each job has WORKERS workers. If RESTART is 1, each bundle is processed
twice. The results of the first attempt are dropped, as a runner does with those of a task that was killed. If the first
attempt fails, that is no error.
"""

import os
import sys
import threading

from apache_beam.runners.portability import local_job_service
from apache_beam.runners.portability.fn_api_runner import fn_runner

port_file, workers, restart = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


class Runner(fn_runner.FnApiRunner):
    def __init__(self, provision_info):
        super().__init__(provision_info=provision_info, bundle_repeat=restart)
        self._num_workers = workers

    def _run_bundle_multiple_times_for_testing(self, *args):
        try:
            super()._run_bundle_multiple_times_for_testing(*args)
            if restart:
                print('an attempt was dropped', flush=True)
        except RuntimeError:
            print('an attempt failed', flush=True)


class Job(local_job_service.BeamJob):
    def _invoke_runner(self):
        return Runner(self._provision_info).run_via_runner_api(self._pipeline_proto, self.pipeline_options())


server = local_job_service.LocalJobServicer(beam_job_type=Job)
port = server.start_grpc_server(0)
with open(port_file + '.new', 'w') as f:
    f.write(str(port))
os.rename(port_file + '.new', port_file)
threading.Event().wait()
