// shows: the key decides what a setting is
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "android_id";                                  // hit
    String key = "accessibility_enabled";                       // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
