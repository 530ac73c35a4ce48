import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Permission;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;

/**
 * Runs many apksigner commands in one virtual machine. Each line of standard input is one command, its arguments
 * separated by U+001F; the answer is its exit status, the number of bytes that it printed, and these bytes.
 */
public class Apksigner {
    private static final class Exit extends SecurityException {
        final int status;

        Exit(int status) {
            this.status = status;
        }
    }

    /** RSA-PSS under the names that Android gives it and apksigner asks for; Java knows it by another. */
    public static final class AndroidNames extends Provider {
        public AndroidNames() {
            super("AndroidNames", "1", "RSA-PSS as Android names it");
            put("Signature.SHA256withRSA/PSS", Sha256.class.getName());
            put("Signature.SHA512withRSA/PSS", Sha512.class.getName());
        }
    }

    /** RSA-PSS with the digest SHA-256. */
    public static final class Sha256 extends Pss {}

    /** RSA-PSS with the digest SHA-512. */
    public static final class Sha512 extends Pss {}

    /** Hands everything on to Java's own RSA-PSS; apksigner sets the digest and the salt. */
    public abstract static class Pss extends SignatureSpi {
        private final Signature java;

        protected Pss() {
            try {
                java = Signature.getInstance("RSASSA-PSS");
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException(missing);
            }
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            java.initVerify(key);
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            java.initSign(key);
        }

        @Override
        protected void engineSetParameter(AlgorithmParameterSpec given) throws InvalidAlgorithmParameterException {
            java.setParameter(given);
        }

        @Override
        protected void engineUpdate(byte one) throws SignatureException {
            java.update(one);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
            java.update(bytes, offset, length);
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            return java.verify(signature);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return java.sign();
        }

        @Override
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }

    public static void main(String[] unused) throws Exception {
        PrintStream answers = System.out;
        Security.addProvider(new AndroidNames());
        System.setSecurityManager(new SecurityManager() {
            @Override
            public void checkPermission(Permission permission) {}

            @Override
            public void checkExit(int status) {
                throw new Exit(status);
            }
        });
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = commands.readLine()) != null; ) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
            System.setOut(stream);
            System.setErr(stream);
            int status = 0;
            try {
                com.android.apksigner.ApkSignerTool.main(line.split("\u001f"));
            } catch (Exit exit) {
                status = exit.status;
            } catch (Throwable thrown) {
                stream.println(thrown);
                status = 2;
            }
            stream.flush();
            answers.println(status + " " + printed.size());
            answers.write(printed.toByteArray());
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }
}
