// shows: a recorder with a video source uses the camera
// manifest: {launcher: Main}
// hit:
//   - camera@MediaRecorder.setVideoSource before_consent = launcher Main.onCreate
//   - microphone@MediaRecorder.start before_consent = launcher Main.onCreate
// miss: [microphone@MediaRecorder.start before_consent = launcher Main.onCreate]

import android.media.MediaRecorder;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      MediaRecorder recorder = new MediaRecorder();
      recorder.setAudioSource(1);
      recorder.setVideoSource(1);                               // hit
      recorder.start();
    } catch (Exception error) { }
  }
}
