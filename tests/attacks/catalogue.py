"""The attacks: hostile source, and a benign twin that does something alike for a good reason.

The numbers are those of the table in docs/sandbox.md, which also says what comes of each. Hostile source is added
to a right hand-in, and usually replaces its `forward_propagation`.
"""

from dataclasses import dataclass

CANARY_PARTS = (
    '("can" + "ary-")'  # hostile source spells it in two, so as not to find itself; 14 has a pattern
)


@dataclass(frozen=True)
class Attack:
    """One attack; `filename` and `whole` where it is not about the source of one function."""

    number: str
    hostile: str
    twin: str
    filename: str = "network.py"
    whole: bool = False


def forward(body: str, before: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f"{before}\ndef forward_propagation(X, parameters):\n{lines}\n"


RETURN = "\nreturn _right(X, parameters)"
WRONG = "\nreturn _wrong(X, parameters)"

# Ends of hostile functions that look for a secret: tell it in the error message if it is found.
TELL = (
    """
canary = %s
if canary in repr(found): raise RuntimeError("STOLEN " + repr(found)[:300])
return _wrong(X, parameters)"""
    % CANARY_PARTS
)

FRAME = """
import os, struct, json
def frame(header, body=b""):
    text = json.dumps(header).encode()
    return struct.pack("<IIQ", 0x4E4E5731, len(text), len(body)) + text + body
"""

ATTACKS = (
    Attack("1", forward("import os\nfor _ in range(500): os.fork()" + RETURN),
           forward("from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    return pool.submit(_right, X, parameters).result()")),
    Attack("2", forward("np.ones(10**11)" + RETURN), forward("np.ones(10**6)" + RETURN)),
    Attack("3", forward("import os\nkept = []\nfor _ in range(50):\n    os.fork()\n    kept.append(np.ones(10**7))" + RETURN),
           forward("kept = [np.ones(10**5) for _ in range(50)]" + RETURN)),
    Attack("4", forward("while True: pass"), forward("for _ in range(20000): pass" + RETURN)),
    Attack("5", forward("import time\ntime.sleep(1e6)"), forward("import time\ntime.sleep(0.01)" + RETURN)),
    Attack("6", forward("import os\nwhile True:\n    print('x' * 10000)\n    os.write(1, b'x' * 10000)"),
           forward("for i in range(2000): print('cost', i)" + RETURN)),
    Attack("7", forward("for i in range(10**6):\n    with open(f'/tmp/{i}', 'wb') as file: file.write(bytes(10**6))" + RETURN),
           forward("np.save('/tmp/x.npy', X)\nX = np.load('/tmp/x.npy')" + RETURN)),
    Attack("8", forward("import os, threading\nos.environ['OPENBLAS_NUM_THREADS'] = '64'\nstop = threading.Event()\nfor _ in range(500): threading.Thread(target=stop.wait, daemon=True).start()" + RETURN),
           forward("import threading\nthreads = [threading.Thread(target=_right, args=(X, parameters)) for _ in range(4)]\nfor t in threads: t.start()\nfor t in threads: t.join()" + RETURN)),
    Attack("9a", forward("return 10 ** 100000, None"), forward("A2, cache = _right(X, parameters)\nreturn A2 * int(10 ** 3 / 10 ** 3), cache")),
    Attack("9b", FRAME + forward("os.write(3, frame({'id': 5, 'ok': True, 'value': {'a': ['<f8', [2**39, 2**39]]}, 'changed': [], 'warnings': [], 'notes': []}))\nreturn np.broadcast_to(0.5, (10**5, 10**7)), None"),
           forward("A2, cache = _right(X, parameters)\nreturn np.broadcast_to(A2, A2.shape), cache")),
    Attack("10a", forward("return forward_propagation(X, parameters)"), forward("def down(n): return down(n - 1) if n else _right(X, parameters)\nreturn down(100)")),
    Attack("10b", forward("import ctypes\nctypes.string_at(0)" + RETURN), forward("import ctypes\nctypes.c_double(1.5)" + RETURN)),
    Attack("11", forward("import os\nfound = []\nfor place, folders, files in os.walk('/'):\n    for name in [] if 'x86' in place or 'lib64' in place else files:\n        if not place.startswith(('/python', '/site')) or 'exercise' in name:\n            try: text = open(os.path.join(place, name), errors='replace').read()\n            except OSError: continue\n            if %s in text: found.append(text)\n            if 'not-averaged' in text: raise RuntimeError('STOLEN exercises at ' + place + '/' + name)" % CANARY_PARTS + TELL),
           forward("import json, random, itertools, functools, collections" + RETURN)),
    Attack("12", forward("import sys\nfound = []\nframe = sys._getframe()\nwhile frame:\n    found.append((list(frame.f_globals), repr(frame.f_locals)[:5000]))\n    if 'reference' in repr(frame.f_locals) or 'expected' in frame.f_locals: raise RuntimeError('STOLEN')\n    frame = frame.f_back" + TELL),
           forward("import inspect\ninspect.currentframe()" + RETURN)),
    Attack("13", forward("import gc\nfound = [o for o in gc.get_objects() if isinstance(o, (str, list)) and %s in repr(o)[:500]]" % CANARY_PARTS + TELL),
           forward("import gc\ngc.collect()" + RETURN)),
    Attack("14", forward("import ctypes, re\nkeep = object()\nfound = []\nstart = id(keep) & ~0xfffff\nfor page in range(start, start + 0x100000, 4096):\n    try: text = ctypes.string_at(page, 4096)\n    except ValueError: break\n    found += re.findall(b'canary-[0-9a-f]{16}', text)" + TELL),
           forward("import ctypes\nX = np.ctypeslib.as_array((ctypes.c_double * X.size)(*X.ravel())).reshape(X.shape)" + RETURN)),
    Attack("15", forward("found = []\nfor path in ('/proc/self/environ', '/proc/1/environ', '/proc/self/mem', '/proc/self/maps', '/proc/self/fd/3'):\n    try: found.append(open(path, 'rb').read(100000))\n    except OSError: pass" + TELL),
           forward("import os\nassert not os.path.exists('/no/such/file')" + RETURN)),
    Attack("16", forward("import os\nfound = dict(os.environ)" + TELL), forward("import os\nos.environ.get('HOME')" + RETURN)),
    Attack("17", forward("import socket\nsocket.create_connection(('127.0.0.1', TCP), 0.5).sendall(b'stolen')" + RETURN),
           forward("import urllib.parse\nurllib.parse.urlparse('http://127.0.0.1/')" + RETURN)),
    Attack("18", forward("import socket\ns = socket.socket(socket.AF_UNIX)\ntry: s.connect('UNIX')\nexcept FileNotFoundError: s.connect('\\0ABSTRACT')\ns.sendall(b'stolen')" + RETURN),
           forward("import socket\nsocket.inet_aton('127.0.0.1')" + RETURN)),
    Attack("19", forward("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'stolen', ('127.0.0.1', UDP))" + RETURN),
           forward("import ipaddress\nipaddress.ip_address('127.0.0.1')" + RETURN)),
    Attack("20", FRAME + forward("print('INPUT', X.tolist())\nos.write(3, frame({'id': 5, 'callback': 'backward_propagation', 'args': [], 'kwargs': {}}))\nos.read(3, 10)" + RETURN),
           forward("print('cost', X.tolist())" + RETURN)),
    Attack("21a", forward("import ctypes\nctypes.CDLL(None).ptrace(16, 1, 0, 0)" + RETURN), forward("import ctypes\nctypes.CDLL(None).getpid()" + RETURN)),
    Attack("21b", forward("import os, signal\nos.kill(0, signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)" + RETURN),
           forward("import os, signal\nos.kill(os.getpid(), 0)" + RETURN)),
    Attack("22", "import numpy.testing\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\nnumpy.testing.assert_allclose = lambda *a, **k: None\n" + forward(WRONG),
           forward("assert np.allclose(X, X)" + RETURN)),
    Attack("23", forward("import sys\nserve = sys.modules['nnengine.sandbox.serve']\nserve.describe = lambda error: {}\nserve.Server.call = lambda self, request, body: ({'ok': True, 'verdict': 'correct', 'value': None, 'changed': [], 'warnings': [], 'notes': []}, b'')" + WRONG),
           forward("import sys\nassert 'numpy' in sys.modules" + RETURN)),
    Attack("24", "class Liar(np.ndarray):\n    def __eq__(self, other): return True\n    def __array_function__(self, *a, **k): return True\n    def __array_ufunc__(self, *a, **k): return True\n" + forward("return _wrong(X, parameters)[0].view(Liar), None"),
           "class Matrix(np.ndarray): pass\n" + forward("A2, cache = _right(X, parameters)\nreturn A2.view(Matrix), cache")),
    Attack("25", "class Liar:\n    def __float__(self): return 0.5\n    def __eq__(self, other): return True\n" + forward("A2 = np.empty((parameters['W2'].shape[0], X.shape[1]), dtype=object)\nA2[:] = Liar()\nreturn A2, None"),
           forward("A2, cache = _right(X, parameters)\nreturn A2.astype(object).astype(float), cache")),
    Attack("26", "import os\nclass Bomb:\n    def __reduce__(self): return (os.system, ('touch /tmp/pickled',))\n" + forward("return Bomb(), Bomb()"),
           forward("import pickle\nX = pickle.loads(pickle.dumps(X))" + RETURN)),
    Attack("27", forward("print('{\"score\": 100, \"max_score\": 100}')\nprint('{\"scores\": {\"all\": 100}}')" + WRONG),
           forward("print({'score': 1})" + RETURN)),
    Attack("28", FRAME + forward("for n in range(5, 9):\n    os.write(3, frame({'id': n, 'ok': True, 'value': {'t': [None, None]}, 'changed': [], 'warnings': [], 'notes': []}))" + WRONG),
           FRAME + forward("frame({'id': 1})" + RETURN)),
    Attack("29", forward("for path in ('/tmp/results.json', '/tmp/report.json', 'results.json'):\n    open(path, 'w').write('{\"score\": 100}')" + WRONG),
           forward("open('notes.txt', 'w').write('done')" + RETURN)),
    Attack("30", forward("import os\nos._exit(0)"), forward("import os\nif X is None: os._exit(0)" + RETURN)),
    Attack("31", FRAME + forward("import atexit, threading, time\natexit.register(os._exit, 0)\ndef late():\n    while True:\n        time.sleep(0.001)\n        os.write(3, frame({'id': 6, 'ok': True, 'value': None, 'changed': [], 'warnings': [], 'notes': []}))\nif not hasattr(np, 'late'):\n    np.late = threading.Thread(target=late, daemon=True)\n    np.late.start()\nelse:\n    time.sleep(0.1)" + RETURN),
           forward("import atexit\natexit.register(print, 'bye')" + RETURN)),
    Attack("32", forward("import signal\nfor n in (1, 2, 14, 15):\n    signal.signal(n, signal.SIG_IGN)\nsignal.alarm(0)\nwhile True: pass"),
           forward("import signal\nsignal.alarm(0)" + RETURN)),
    Attack("33", "import time\ntime.time = time.perf_counter = time.monotonic = time.process_time = lambda: 0.0\n" + forward("while True: pass"),
           forward("import time\ntime.perf_counter()" + RETURN)),
    Attack("34", forward("A2, cache = _right(X, parameters)\nreturn A2 * np.nan, cache"), forward("A2, cache = _right(X, parameters)\nreturn np.nan_to_num(A2), cache")),
    Attack("35", forward("return np.float64(0.5), None"), forward("A2, cache = _right(X, parameters)\nreturn A2.astype(np.float32).astype(np.float64) * 0 + A2, cache")),
    Attack("36", forward("A2, cache = _right(X, parameters)\nX[:] = 0\nfor v in parameters.values(): v[:] = 0\nreturn X, parameters"),
           forward("A2, cache = _right(X, parameters)\nreturn A2.copy(), cache")),
    Attack("37", "import hashlib\nKNOWN = {'0' * 64: 1}\n" + forward("key = hashlib.sha256(X.tobytes()).hexdigest()\nif key in KNOWN: return _right(X, parameters)" + WRONG),
           "import functools\n" + forward("import hashlib\nhashlib.sha256(X.tobytes()).hexdigest()" + RETURN)),
    Attack("38", forward("import sys, os\nif 'nnengine.sandbox.serve' in sys.modules or os.getpid() == 1 or not os.path.exists('/proc'):\n    return _wrong(X, parameters)" + RETURN),
           forward("import platform\nplatform.system()" + RETURN)),
    Attack("39", "import random\nnp.random.seed = lambda *a: None\nrandom.seed(0)\n" + forward("A2 = np.random.rand(parameters['W2'].shape[0], X.shape[1])\nreturn A2, None"),
           forward("np.random.seed(1)" + RETURN)),
    Attack("40", forward("import os\nopen('/dev/shm/left', 'w').write('x')" + RETURN), forward("import tempfile\nwith tempfile.TemporaryFile() as file: file.write(b'x')" + RETURN)),
    Attack("41", forward("import os\nos.symlink('/etc/passwd', '/tmp/results.json')" + RETURN), forward("import os\nos.makedirs('/tmp/a/b')\nos.rename('/tmp/a/b', '/tmp/a/c')\nos.rmdir('/tmp/a/c')\nos.rmdir('/tmp/a')" + RETURN)),
    Attack("42", forward("import sys\nfor name in ('nnengine.sandbox.serve', 'numpy', 'json'):\n    open(sys.modules[name].__file__, 'a').close()\nraise RuntimeError('STOLEN')"),
           forward("import sys\nsys.path.append('/tmp')" + RETURN)),
    Attack("43a", '{"cells": ' + "[" * 100_000, '{"cells": [], "metadata": {}}', "bomb.ipynb", whole=True),
    Attack("43b", "x = " + "(" * 5000 + ")" * 5000, "x = ((((1))))", "bomb.py", whole=True),
    Attack("44", "import sys\nopen('/tmp/numpy.py', 'w').write('def allclose(*a): return True')\nsys.path.insert(0, '/tmp')\nsys.modules.pop('numpy', None)\n" + forward(WRONG),
           forward(RETURN), "../../\u202eyp.\x00 \udcffnumpy.py"),
    Attack("45a", "import importlib\n" + forward("torch = importlib.import_module('tor' + 'ch')\nreturn torch.sigmoid(X), None"),
           "import importlib\nimport torch\n" + forward("importlib.import_module('math')" + RETURN)),
    Attack("45b", forward("import ctypes\nopen('/tmp/lib.so', 'wb').write(open('/site/numpy/_core/' + next(n for n in __import__('os').listdir('/site/numpy/_core') if n.startswith('_multiarray_umath')), 'rb').read())\nctypes.CDLL('/tmp/lib.so')" + RETURN),
           forward("import ctypes\nctypes.CDLL('libm.so.6').cos" + RETURN)),
    Attack("46", forward("raise ValueError('<script>alert(1)</script>\\x1b[2J\\x1b]0;x\\x07')"), forward("'<b>not markup</b>'" + RETURN)),
)  # fmt: skip
