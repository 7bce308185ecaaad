"""Stands in for TensorFlow, which rasa 3.6 imports for every command even when no component uses it.

Every attribute of this module and of any submodule is a placeholder class. A placeholder can be
imported, subclassed, used in annotations and used as a decorator, so that rasa's modules load.
Making an instance of one raises TensorFlowMissing: a pipeline that needs TensorFlow fails loudly.
"""
import importlib.abc
import importlib.machinery
import sys
import types

__version__ = "2.12.0"  # rasa compares it; 2.12 is what rasa 3.6.21 asks for

NAMES = ("tensorflow", "keras")


class TensorFlowMissing(RuntimeError):
    """A component of the pipeline needs TensorFlow, which this server leaves out."""


class _Placeholder(type):
    """The class of placeholders: attributes are placeholders too; a call works only as a decorator."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return placeholder(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args, **kwargs):
        if "is_placeholder" in vars(cls):
            if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
                return args[0]  # @tf.function
            if not args and cls.__qualname__.endswith("function"):
                return lambda decorated: decorated  # @tf.function(reduce_retracing=True)
        raise TensorFlowMissing(f"{cls.__qualname__} needs TensorFlow: choose a pipeline without it in config.yml")

    def __getitem__(cls, item):
        return cls

    def __or__(cls, other):
        return cls

    __ror__ = __or__


def placeholder(qualname):
    return _Placeholder(qualname.rpartition(".")[2], (), {"is_placeholder": True, "__qualname__": qualname})


class PlaceholderModule(types.ModuleType):
    """A module in which every name exists."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        found = placeholder(f"{self.__name__}.{name}")
        setattr(self, name, found)
        return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers the import of any submodule, such as tensorflow.keras.layers."""

    def find_spec(self, name, path=None, target=None):
        if name not in NAMES and name.partition(".")[0] in NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return PlaceholderModule(spec.name)

    def exec_module(self, module):
        pass


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Finder())
sys.modules[__name__].__class__ = PlaceholderModule
