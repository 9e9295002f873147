# Swift with its S3 API, all four servers in one process on 127.0.0.1: `swift-server.py FOLDER PORT PORT PORT PORT`.
# Data and configuration stay in the folder, so that a second start with the same ports goes on where the first one
# ended. Says `ready PORT`, and ends when its standard input does; with `remove` after the ports, it removes the
# folder then.
import json
import os
import shutil
import sys
from time import monotonic

import eventlet
from eventlet import hubs

hubs.use_hub('poll')

from swift.common import utils  # noqa: E402

folder = os.path.abspath(sys.argv[1])
NAMES = ['proxy', 'account', 'container', 'object']


def write(name, text):
    with open(os.path.join(folder, name), 'w') as file:
        file.write(text)


def listen(port):
    return eventlet.listen(('127.0.0.1', port), reuse_addr=True, reuse_port=False, backlog=512)


is_new = not os.path.exists(os.path.join(folder, 'data'))
if is_new:
    os.makedirs(os.path.join(folder, 'data', 'd1'))
port_of = {name: int(port) for name, port in zip(NAMES, sys.argv[2:6])}
sockets = {name: listen(port) for name, port in port_of.items()}

if is_new:
    write('swift.conf', '[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n')
    write('proxy.conf', '''[DEFAULT]
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck bulk s3api tempauth slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# A busy machine is no reason to give up on the only disk.
conn_timeout = 30
node_timeout = 60
error_suppression_limit = 1000000
allow_account_management = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
''' + ''.join('[filter:%s]\nuse = egg:swift#%s\n' % (name, name) for name in
              ['catch_errors', 'gatekeeper', 'healthcheck', 'bulk', 'slo', 'dlo', 'symlink']))
    for name in NAMES[1:]:
        write(name + '.conf', '''[DEFAULT]
devices = %s/data
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = ERROR
[pipeline:main]
pipeline = app
[app:app]
use = egg:swift#%s
''' % (folder, name))

utils.set_swift_dir(folder)
utils.eventlet_monkey_patch()

from swift.common.http_protocol import SwiftHttpProtocol  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

if is_new:
    for name in NAMES[1:]:
        builder = RingBuilder(2, 1, 0)
        builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1',
                         'port': port_of[name], 'device': 'd1', 'replication_ip': '127.0.0.1',
                         'replication_port': port_of[name], 'meta': ''})
        builder.rebalance()
        builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))


class Cache(object):
    """What memcached is for Swift: it need not look up account and container for each request."""

    def __init__(self):
        self.values = {}

    def get(self, key, *args, **kwargs):
        text, until = self.values.get(key, (None, 0))
        return None if text is None or until < monotonic() else json.loads(text)

    def set(self, key, value, serialize=True, time=0, **kwargs):
        # As text, because callers change what they get.
        self.values[key] = (json.dumps(value), monotonic() + time if time > 0 else float('inf'))

    def incr(self, key, delta=1, *args, **kwargs):
        return delta

    def decr(self, key, delta=1, *args, **kwargs):
        return 0

    def delete(self, key, *args, **kwargs):
        self.values.pop(key, None)


cache = Cache()


def with_cache(app):
    def serve(env, start_response):
        env['swift.cache'] = cache
        return app(env, start_response)
    return serve


class NoLog(object):
    def write(self, text):
        pass


def serve(name):
    app = loadapp(os.path.join(folder, name + '.conf'), global_conf={
        'swift_dir': folder, 'log_name': name, '__file__': os.path.join(folder, name + '.conf')})
    eventlet.wsgi.server(
        sockets[name], with_cache(app), NoLog(), custom_pool=eventlet.GreenPool(256),
        protocol=SwiftHttpProtocol, capitalize_response_headers=False, debug=False, keepalive=60)


def end_with_stdin():
    sys.stdin.buffer.read()
    if 'remove' in sys.argv[6:]:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


for name in NAMES:
    eventlet.spawn(serve, name)
eventlet.patcher.original('threading').Thread(target=end_with_stdin, daemon=True).start()
eventlet.sleep(0)
sys.stdout.write('ready %d\n' % port_of['proxy'])
sys.stdout.flush()
while True:
    eventlet.sleep(3600)
