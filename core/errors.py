"""Every error that Rekolab raises on purpose.

    RekolabError
    ├── BadSetting         a setting that can not be what it says
    ├── BadPath            a folder or file that may not or can not be used
    ├── BadCatalogue       a catalogue that is damaged
    ├── BadImage           a file that is not a usable image
    │   └── ImageBomb      an image that would unpack to more pixels than is safe
    ├── BadManifest        a file that is not a manifest at all
    ├── BadAnnotations     a file of labels that can not be read at all
    ├── BadReport          a report that can not be read at all
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

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cure:
    """A way on: what its button says, and the page (its path under pages/, no suffix) that it leads to.

    Without a page the way on is to draw the page anew that is open.
    """

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


class BadSetting(RekolabError):
    pass


class BadPath(RekolabError):
    pass


class BadCatalogue(RekolabError):
    pass


class BadImage(RekolabError):
    pass


class ImageBomb(BadImage):
    pass


class BadManifest(RekolabError):
    pass


class BadAnnotations(RekolabError):
    pass


class BadReport(RekolabError):
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
    """`code` is AWS's own, `operation` the call that raised it, `said` AWS's own sentence.

    `repeated` tells that the call was sent more than once, because no answer came to it or a passing error: what is
    said to exist already may have been made by this very call.
    """

    def __init__(self, code: str, operation: str, said: str, message: str, cure: Cure | None = None) -> None:
        super().__init__(message, cure)
        self.code = code
        self.operation = operation
        self.said = said
        self.repeated = False


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
MANIFEST = Cure("Open the manifest", "data/manifest")
TRAIN = Cure("Open training", "model/train")
OVERVIEW = Cure("Open the overview", "start/overview")
ACCESS = Cure("Check the access to AWS", "start/aws")
AGAIN = Cure("Look again", "")  # "" is the page that is open

CLOCK = ("This computer's clock is wrong, and AWS takes no request that is more than some minutes old or early. Let "
         "the system set the time by itself, then try again.")
_EXPIRED = "The credentials have expired. Sign in again, then repeat the step."
_REFUSED = "These credentials do not have the permission for this call."
_UNKNOWN = "AWS does not know these credentials."
_VALUE = "A value in the request is not allowed."
_GONE = "It does not exist, or no longer exists, in this account and region."
_REGION = "It is in another region than the one that was asked. Choose the right region, or another bucket."
_OWN_FAULT = "The service had an error of its own. Trying again usually helps."
_TOO_FAST = "Too many requests at once. Wait a moment and try again."

# Codes with one meaning: (class, what happened and why, the way on). tests/aws/test_aws_errors.py holds them against
# the errors that AWS's own model of the services lists.
_ROWS: tuple[tuple[str, type[AwsError], str, Cure], ...] = (
    ("ResourceNotReadyException", ModelNotRunning,
     "The model is not running. A model answers only after it has been started.", VERSIONS),
    ("ResourceNotFoundException", NotFound, _GONE, OVERVIEW),
    ("ResourceInUseException", AwsError,
     "It is busy or taken: another step is still working on it, or the name is used already.", VERSIONS),
    ("ResourceAlreadyExistsException EntityAlreadyExists", AwsError, "It exists already.", TRAIN),
    ("ConflictException ConcurrentModificationException ConcurrentModification", AwsError,
     "It was changed elsewhere at the same moment, or exists already.", AGAIN),
    ("LimitExceededException", AwsError,
     "A limit of the account is reached, such as two running models or five inference units.", VERSIONS),
    ("ServiceQuotaExceededException LimitExceeded", AwsError, "A quota of the account is reached.", VERSIONS),
    ("ImageTooLargeException", AwsError,
     "The photo is too large: more than 4 MB in a request, 15 MB in S3, or 4096 pixels a side.", CLEAN),
    ("InvalidImageFormatException", AwsError, "The file is not a JPEG or PNG image, whatever its name says.", CLEAN),
    ("InvalidS3ObjectException", AwsError,
     "The object in S3 is missing, in another region, or may not be read.", MANIFEST),
    ("InvalidParameterException ValidationException ValidationError InvalidParameterValue InvalidParameterCombination "
     "MissingParameter MissingAction InvalidInput InvalidArgument InvalidRequest InvalidQueryParameter "
     "MalformedQueryString MalformedHttpRequestException SerializationException", AwsError, _VALUE, OVERVIEW),
    ("PolicyEvaluation", AwsError, "AWS could not evaluate the policies of these credentials.", ACCESS),
    ("MalformedPolicyDocumentException MalformedPolicyDocument", AwsError, "The policy is not one that AWS can read.",
     VERSIONS),
    ("InvalidPolicyRevisionIdException", AwsError, "The policy was changed elsewhere meanwhile.", AGAIN),
    ("InvalidPaginationTokenException InvalidNextToken", AwsError,
     "The list has changed while it was read. Read it again.", AGAIN),
    ("ThrottlingException Throttling ThrottledException RequestThrottled RequestThrottledException "
     "TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded PriorRequestNotComplete "
     "TransactionInProgressException EC2ThrottledException 429", Throttled, _TOO_FAST, AGAIN),
    ("ProvisionedThroughputExceededException", Throttled,
     "More photos at once than the model's inference units can take. Wait, or start it with more.", VERSIONS),
    ("SlowDown", Throttled, "S3 asks for fewer requests at once. Wait a moment and try again.", AGAIN),
    ("ServiceUnavailable ServiceUnavailableException 503", Throttled,
     "The service is busy. Wait a moment and try again.", AGAIN),
    ("InternalError", AwsError, "S3 had an error of its own. Trying again usually helps.", AGAIN),
    ("InternalServerError InternalServerException InternalServiceError InternalFailure ServiceFailure "
     "RequestAbortedException RequestTimeout RequestTimeoutException OperationAborted 500 502 504",
     AwsError, _OWN_FAULT, AGAIN),
    ("BadDigest XAmzContentSHA256Mismatch IncompleteBody", AwsError,
     "The content that arrived is not the one that was announced; S3 did not take it.", MANIFEST),
    ("EntityTooLarge RequestEntityTooLargeException", AwsError, "The content is larger than the service takes.", CLEAN),
    ("EncryptionTypeMismatch", AwsError,
     "The object would be encrypted in another way than what is there already.", MANIFEST),
    ("InvalidWriteOffset TooManyParts", AwsError, "S3 can not add to what is there already. Send it whole.", MANIFEST),
    ("AccessDeniedException AccessDenied AccessDeniedFault NotAuthorized UnauthorizedOperation AllAccessDisabled",
     NotAllowed, _REFUSED, ACCESS),
    ("403", NotAllowed, "S3 does not let these credentials do this.", ACCESS),
    ("UnrecognizedClientException InvalidClientTokenId MissingAuthenticationToken MissingAuthenticationTokenException "
     "InvalidToken", NotAllowed, _UNKNOWN, ACCESS),
    ("InvalidAccessKeyId", NotAllowed, "S3 does not know these credentials.", ACCESS),
    ("SignatureDoesNotMatch", NotAllowed, "The secret key does not belong to the access key.", ACCESS),
    ("InvalidSignatureException IncompleteSignature IncompleteSignatureException", NotAllowed,
     "The signature is not accepted: a wrong secret, or a proxy that changes requests on their way.", ACCESS),
    ("RequestTimeTooSkewed RequestExpired RequestInTheFuture", NotAllowed, CLOCK, ACCESS),
    ("ExpiredTokenException ExpiredToken TokenRefreshRequired", NotAllowed, _EXPIRED, ACCESS),
    ("400", NotAllowed, "S3 did not take the request, and does not say why. Expired credentials are the usual reason: "
                        "sign in again, then repeat the step.", ACCESS),
    ("OptInRequired SubscriptionRequiredException InvalidPayer NotSignedUp AccountProblem", NotAllowed,
     "The account is not signed up for this service, or not in this region.", ACCESS),
    ("UnknownOperationException InvalidAction NotImplemented", AwsError,
     "The service does not know this call, perhaps not in this region.", ACCESS),
    ("NoSuchBucket", NotFound, "The bucket does not exist.", MANIFEST),
    ("NoSuchKey NoSuchVersion", NotFound, "The object does not exist in the bucket.", MANIFEST),
    ("404", NotFound, "It does not exist in S3.", MANIFEST),
    ("UnmodifiableEntity", AwsError, "AWS itself keeps this role, and lets nobody change it.", ACCESS),
    ("NoSuchEntity", NotFound, "IAM has no user, role or policy of that name.", ACCESS),
    ("InvalidObjectState", AwsError,
     "The object is in an archive of S3 (Glacier). Restore it in the S3 console, then try again.", MANIFEST),
    ("301 PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException", AwsError, _REGION,
     ACCESS),
    ("InvalidBucketName", AwsError, "S3 has no buckets of such a name.", MANIFEST),
    ("TooManyBuckets", AwsError, "The account has as many buckets as it may have. Choose one that exists.", MANIFEST),
    ("BucketAlreadyExists", AwsError, "The bucket name is taken by another account. Choose another.", MANIFEST),
    ("BucketAlreadyOwnedByYou", AwsError, "The bucket is yours already, perhaps in another region.", MANIFEST),
)
_MEANING = {code: (kind, meaning, cure) for codes, kind, meaning, cure in _ROWS for code in codes.split()}

# What AWS says when the signature was right, but the time in it was not.
_CLOCK_SAID = re.compile(r"Signature (?:expired|not yet current)|difference between the request time", re.IGNORECASE)


def translate(code: str, operation: str, said: str) -> AwsError:
    """The error that stands for AWS's `code`, which `operation` raised with the sentence `said`."""
    kind, meaning, cure = _MEANING.get(code, (AwsError, "AWS refused the call.", None))
    if kind is NotAllowed and _CLOCK_SAID.search(said):
        meaning = CLOCK
    if code == "ProvisionedThroughputExceededException" and operation != "DetectCustomLabels":  # AWS limits every call
        meaning, cure = _TOO_FAST, AGAIN
    sentence = f"{operation}: {meaning}" + (f" AWS says: {said}" if said else "")
    return kind(code, operation, said, sentence, cure)
