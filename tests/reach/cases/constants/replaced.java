// shows: a text in which a letter is replaced
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "android-id".replace('-', '_');                // hit
    String key = "android-id".replace('-', '.');                // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
