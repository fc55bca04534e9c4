"""Every error that Rekolab raises on purpose.

    RekolabError
    ├── BadPath            a folder or file that may not or can not be used
    ├── BadImage           a file that is not a usable image
    │   └── ImageBomb      an image that would unpack to more pixels than is safe
    ├── BadManifest        a file that is not a manifest at all
    ├── BadAnnotations     a file of labels that can not be read at all
    ├── NotReady           a step that needs an earlier one
    ├── EngineError        the built-in engine can not be started or reached
    ├── ClusterError       the Dask cluster can not be reached, or can not do the work
    ├── Cancelled          a job that somebody ended
    └── AwsError           an answer of AWS or the engine, translated: code, what happened, why, what cures it
        ├── ModelNotRunning    ResourceNotReadyException of DetectCustomLabels
        ├── NotFound           ResourceNotFoundException, NoSuchKey, NoSuchBucket
        ├── Throttled          ThrottlingException, ProvisionedThroughputExceededException, SlowDown
        ├── NotAllowed         access denied, expired or wrong credentials
        └── Unreachable        no answer from the network
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cure:
    """A way on: what its button says, and the page (its path under pages/, no suffix) that it leads to."""

    label: str
    page: str


class RekolabError(Exception):
    """What happened in plain words, and optionally a way on."""

    def __init__(self, message: str, cure: Cure | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __reduce__(self) -> tuple[object, ...]:
        """Travels from a worker of a cluster as it is, whatever its own __init__ asks for."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class BadPath(RekolabError):
    pass


class BadImage(RekolabError):
    pass


class ImageBomb(BadImage):
    pass


class BadManifest(RekolabError):
    pass


class BadAnnotations(RekolabError):
    pass


class NotReady(RekolabError):
    pass


class EngineError(RekolabError):
    pass


class ClusterError(RekolabError):
    pass


class Cancelled(RekolabError):
    pass


class AwsError(RekolabError):
    """`code` is AWS's own, `operation` the call that raised it, `said` AWS's own sentence."""

    def __init__(self, code: str, operation: str, said: str, message: str, cure: Cure | None = None) -> None:
        super().__init__(message, cure)
        self.code = code
        self.operation = operation
        self.said = said


class ModelNotRunning(AwsError):
    pass


class NotFound(AwsError):
    pass


class Throttled(AwsError):
    pass


class NotAllowed(AwsError):
    pass


class Unreachable(AwsError):
    pass


VERSIONS = Cure("Open the versions", "model/versions")
CLEAN = Cure("Clean the photos", "data/clean")
TRAIN = Cure("Open training", "model/train")
OVERVIEW = Cure("Open the overview", "start/overview")

# code -> (class, what happened and why, the way on)
_MEANING: dict[str, tuple[type[AwsError], str, Cure | None]] = {
    "ResourceNotReadyException": (
        ModelNotRunning, "The model is not running. A model answers only after it has been started.", VERSIONS),
    "ResourceNotFoundException": (
        NotFound, "It does not exist, or no longer exists, in this account and region.", OVERVIEW),
    "ResourceInUseException": (
        AwsError, "It is busy or taken: another step is still working on it, or the name is used already.", VERSIONS),
    "ResourceAlreadyExistsException": (AwsError, "It exists already.", None),
    "LimitExceededException": (
        AwsError, "A limit of the account is reached, such as two running models or five inference units.", VERSIONS),
    "ServiceQuotaExceededException": (AwsError, "A quota of the account is reached.", VERSIONS),
    "ImageTooLargeException": (
        AwsError, "The photo is too large: more than 4 MB in a request, 15 MB in S3, or 4096 pixels a side.", CLEAN),
    "InvalidImageFormatException": (
        AwsError, "The file is not a JPEG or PNG image, whatever its name says.", CLEAN),
    "InvalidS3ObjectException": (
        AwsError, "The object in S3 is missing, in another region, or may not be read.", None),
    "InvalidParameterException": (AwsError, "A value in the request is not allowed.", None),
    "ValidationException": (AwsError, "A value in the request is not allowed.", None),
    "InvalidPaginationTokenException": (AwsError, "The list has changed while it was read. Read it again.", None),
    "ThrottlingException": (Throttled, "Too many requests at once. Wait a moment and try again.", None),
    "ProvisionedThroughputExceededException": (
        Throttled, "More photos at once than the model's inference units can take. Wait, or start it with more.", None),
    "SlowDown": (Throttled, "S3 asks for fewer requests at once. Wait a moment and try again.", None),
    "ServiceUnavailable": (Throttled, "S3 is busy. Wait a moment and try again.", None),
    "503": (Throttled, "S3 is busy. Wait a moment and try again.", None),
    "InternalError": (AwsError, "S3 had an error of its own. Trying again usually helps.", None),
    "BadDigest": (AwsError, "The content that arrived is not the one that was announced; S3 did not take it.", None),
    "InternalServerError": (AwsError, "The service had an error of its own. Trying again usually helps.", None),
    "AccessDeniedException": (NotAllowed, "These credentials do not have the permission for this call.", None),
    "AccessDenied": (NotAllowed, "These credentials do not have the permission for this call.", None),
    "UnrecognizedClientException": (NotAllowed, "AWS does not know these credentials.", None),
    "InvalidClientTokenId": (NotAllowed, "AWS does not know these credentials.", None),
    "InvalidAccessKeyId": (NotAllowed, "S3 does not know these credentials.", None),
    "SignatureDoesNotMatch": (NotAllowed, "The secret key does not belong to the access key.", None),
    "InvalidSignatureException": (NotAllowed, "The signature is not accepted: a wrong secret, or a wrong clock.", None),
    "RequestTimeTooSkewed": (NotAllowed, "This computer's clock is wrong. Set it, and try again.", None),
    "ExpiredTokenException": (NotAllowed, "The credentials have expired. Sign in again, then repeat the step.", None),
    "ExpiredToken": (NotAllowed, "The credentials have expired. Sign in again, then repeat the step.", None),
    "NoSuchBucket": (NotFound, "The bucket does not exist.", None),
    "NoSuchKey": (NotFound, "The object does not exist in the bucket.", None),
    "404": (NotFound, "It does not exist in S3.", None),
    "403": (NotAllowed, "S3 does not let these credentials do this.", None),
    "BucketAlreadyExists": (AwsError, "The bucket name is taken by another account. Choose another.", None),
    "BucketAlreadyOwnedByYou": (AwsError, "The bucket is yours already, perhaps in another region.", None),
}


def translate(code: str, operation: str, said: str) -> AwsError:
    """The error that stands for AWS's `code`, which `operation` raised with the sentence `said`."""
    kind, meaning, cure = _MEANING.get(code, (AwsError, "AWS refused the call.", None))
    sentence = f"{operation}: {meaning}" + (f" AWS says: {said}" if said else "")
    return kind(code, operation, said, sentence, cure)
