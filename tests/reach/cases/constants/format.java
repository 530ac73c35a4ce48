// shows: a format string
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = String.format("%s_%2$s", "android", "id");     // hit
    String key = String.format("%s_%2$s", "android", "no");     // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
