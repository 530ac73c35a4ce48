// shows: a text in Base64
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = new String(Base64.decode("YW5kcm9pZF9pZA==", 0)); // hit
    String key = new String(Base64.decode("YW5kcm9pZF9ubw==", 0)); // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
