"""What every call of AWS needs: errors in plain words, all pages of a list, and waiting that ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore import exceptions as boto

from core import errors
from core.errors import AwsError, NotAllowed, NotReady, Throttled, Unreachable, translate

Result = TypeVar("Result")
LONGEST_QUOTE = 300  # botocore quotes whole parameters, which can be a photo

_OWN_TROUBLE = ("InternalServerError", "InternalServerException", "InternalServiceError", "InternalError",
                "InternalFailure", "ServiceFailure", "500", "502", "504", "RequestTimeout", "RequestTimeoutException",
                "OperationAborted")
_CERTIFICATE_TIMES = ("certificate is not yet valid", "certificate has expired")
_WAYS_ON = {NotAllowed: errors.ACCESS, Unreachable: errors.AGAIN, AwsError: errors.OVERVIEW}

# The first row that fits counts; what follows a row's classes is how Rekolab says it.
_OWN_ERRORS: tuple[tuple[tuple[type[Exception], ...], type[AwsError], str], ...] = (
    ((boto.NoCredentialsError, boto.PartialCredentialsError), NotAllowed,
     "No complete AWS credentials were found on this computer. `aws configure sso` or `aws configure` sets them up; "
     "then try again."),
    ((boto.ProfileNotFound,), NotAllowed,
     "AWS's configuration on this computer has no such profile. Choose another one in the sidebar."),
    ((boto.SSOError, boto.LoginError, boto.TokenRetrievalError, boto.NoAuthTokenError), NotAllowed,
     "The sign-in to AWS has expired. Run `aws sso login` for this profile, then repeat the step."),
    ((boto.CredentialRetrievalError, boto.MetadataRetrievalError, boto.RefreshWithMFAUnsupportedError), NotAllowed,
     "The credentials of this profile could not be fetched. See whether `aws sts get-caller-identity` works with it."),
    ((boto.ConfigParseError, boto.InfiniteLoopConfigError, boto.InvalidConfigError), NotAllowed,
     "AWS's configuration on this computer can not be read. Mend ~/.aws/config or ~/.aws/credentials, then try again."),
    ((boto.ReadTimeoutError, boto.ConnectTimeoutError), Unreachable,
     "No answer came in time. Look whether it was done all the same, then try again."),
    ((boto.SSLError,), Unreachable,
     "No secure connection could be made. A proxy between this computer and AWS is the usual reason."),
    ((boto.HTTPClientError, boto.ConnectionError), Unreachable,
     "There is no connection. Check the network and the region, then try again."),
    ((boto.ParamValidationError,), AwsError, "A value in the request is not allowed, and nothing was sent."),
    ((boto.BotoCoreError,), AwsError, "The call could not be made."),
)


@contextmanager
def aws_call(operation: str = "AWS") -> Iterator[None]:
    """Turn every error of botocore inside the block into an AwsError; `operation` names it where botocore does not.

    Credential errors are not quoted: what a credential process prints is its own affair.
    """
    try:
        yield
    except boto.ClientError as error:
        answer = error.response.get("Error", {})
        told = translate(str(answer.get("Code", "")), error.operation_name, str(answer.get("Message", "")))
        told.repeated = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        raise told from error
    except boto.BotoCoreError as error:
        raise _own(error, operation) from error


def _own(error: Exception, operation: str) -> AwsError:
    kind, meaning = next((kind, meaning) for classes, kind, meaning in _OWN_ERRORS if isinstance(error, classes))
    if isinstance(error, boto.SSLError) and any(words in str(error) for words in _CERTIFICATE_TIMES):
        meaning = errors.CLOCK
    said = "" if kind is NotAllowed else " ".join(str(error).split())[:LONGEST_QUOTE]
    sentence = f"{operation}: {meaning}" + (f" ({said})" if said else "")
    return kind(type(error).__name__, operation, said, sentence, _WAYS_ON[kind])


def passes(error: AwsError) -> bool:
    """Whether the same call may well succeed a little later: throttled, not reached, or the service's own trouble."""
    return isinstance(error, (Throttled, Unreachable)) or error.code in _OWN_TROUBLE


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Every item under `key` in all pages of a list operation (a client's method name), asked for page by page."""
    with aws_call(client.meta.method_to_api_mapping[operation]):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds. The first looks come quickly, later ones ever further apart; `sleep` may raise."""

    seconds: float = 900.0
    first: float = 0.1
    longest: float = 10.0
    sleep: Callable[[float], None] = time.sleep


PATIENCE = Patience()


TROUBLES = 5  # looks in a row that may fail for a reason that passes


def wait_until(look: Callable[[], Result | None], what: str, patience: Patience = PATIENCE) -> Result:
    """What `look` returns as soon as that is not None; NotReady says that `what` took longer than the patience.

    What passes, such as throttling or a broken connection, ends no waiting unless it stays.
    """
    waited, pause, troubles = 0.0, patience.first, 0
    while True:
        try:
            if (found := look()) is not None:
                return found
            troubles = 0
        except AwsError as error:
            troubles += 1
            if not passes(error) or troubles > TROUBLES:
                raise
        if waited >= patience.seconds:
            raise NotReady(f"{what} takes longer than {patience.seconds:.0f} seconds. It goes on; look again later.")
        patience.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, patience.longest)
