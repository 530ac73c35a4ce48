// shows: sound that is recorded as samples
// manifest: {launcher: Main}
// hit:
//   - biometric.voice@AudioRecord.startRecording before_consent = launcher Main.onCreate
//   - microphone@AudioRecord.startRecording before_consent = launcher Main.onCreate
// miss: []

import android.media.AudioRecord;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    AudioRecord record = new AudioRecord(1, 8000, 16, 2, 800);
    record.startRecording();                                    // hit
    record.release();                                           // miss
  }
}
